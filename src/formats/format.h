/* SPDX-License-Identifier: MIT */
/*
 * format.h - what every file format offers. A new one is one file with one
 * struct cpupolicy__format, and one line in formats.c.
 */
#ifndef CPUPOLICY_SRC_FORMATS_FORMAT_H
#define CPUPOLICY_SRC_FORMATS_FORMAT_H

#include "../host/cpu_models.h"
#include "../host/json_util.h"
#include "../host/text.h"

/** struct cpupolicy__source - a file in memory, without a byte-order mark */
struct cpupolicy__source {
	const char *name; /* for messages */
	const char *text; /* any bytes; need not end in NUL */
	size_t size;
	int first_line; /* where it begins in a larger file; 0: it is all */
};

/** enum cpupolicy__sure - is it this format? */
enum cpupolicy__sure {
	CPUPOLICY__NO,
	CPUPOLICY__PERHAPS, /* so it looks; others may be surer */
	CPUPOLICY__YES,	    /* something only this format has */
};

/** struct cpupolicy__writing - a format being written */
struct cpupolicy__writing {
	struct cpupolicy__text *out;
	cpupolicy_lost *lost; /* may be NULL: cpupolicy__lose() */
	void *arg;
	unsigned release; /* of formats with @models: index of a version */
	struct cpupolicy_error *error;
	int status; /* cpupolicy__refuse() */
};

/** struct cpupolicy__format - one format */
struct cpupolicy__format {
	struct cpupolicy_format_info info;

	/* Looks at no more than the beginning; never fails. */
	enum cpupolicy__sure (*probe)(const struct cpupolicy__source *source);

	/*
	 * Fills @out, zeroed before: kind and what goes with it. After a
	 * failure the caller clears @out.
	 */
	int (*read)(struct cpupolicy_document *out,
		    const struct cpupolicy__source *source,
		    struct cpupolicy_error *error);

	/*
	 * Formats that are JSON leave @probe and @read NULL: json.c loads the
	 * text once and asks each of them whether the object is its own.
	 */
	bool (*is_json)(const json_t *root);
	int (*read_json)(struct cpupolicy_document *out,
			 const struct cpupolicy__json *json,
			 const struct cpupolicy__node *root);

	/* The project whose versions may follow the name where it is written,
	 * as in "qemu:10.0" */
	bool has_versions;
	enum cpupolicy__project project;

	/*
	 * NULL: it is only read. Serial numbers are zeroed already. Without
	 * memory the text remembers it (text.h).
	 */
	void (*write)(struct cpupolicy__writing *writing,
		      const struct cpupolicy_record *record);
};

/* document.c: as cpupolicy_document_parse() */
int cpupolicy__source_parse(struct cpupolicy_document *out,
			    struct cpupolicy__source *source,
			    struct cpupolicy_error *error);

/* json.c: the value that is all of the text, to be released. @flags: of
 * jansson. Returns 0, or a status. */
int cpupolicy__json_load(json_t **out, const struct cpupolicy__source *source,
			 size_t flags, struct cpupolicy_error *error);

/*
 * qmp.c: does the text begin as what was said on a QMP socket does? That is one
 * document, although it has a JSON object in every line.
 */
bool cpupolicy__is_qmp_talk(const char *text, size_t size);

/* Say, in one sentence, what the format cannot hold. */
void cpupolicy__lose(const struct cpupolicy__writing *writing,
		     const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Say, in one sentence, why nothing can be written. */
void cpupolicy__refuse(struct cpupolicy__writing *writing, const char *format,
		       ...) __attribute__((format(printf, 2, 3)));
/* Say so where the core has MSRs, or rows recorded in part. */
void cpupolicy__lose_msrs(const struct cpupolicy__writing *writing,
			  const struct cpupolicy_core *core);
void cpupolicy__lose_known(const struct cpupolicy__writing *writing,
			   const struct cpupolicy_core *core);
/* Say so where the format holds one CPU and the record has more. */
void cpupolicy__lose_cpus(const struct cpupolicy__writing *writing,
			  const struct cpupolicy_record *record);

extern const struct cpupolicy__format cpupolicy__format_json;
extern const struct cpupolicy__format cpupolicy__format_cpuid_r;
extern const struct cpupolicy__format cpupolicy__format_proc_cpuinfo;
extern const struct cpupolicy__format cpupolicy__format_qmp;
extern const struct cpupolicy__format cpupolicy__format_libvirt_caps;
extern const struct cpupolicy__format cpupolicy__format_aida;
extern const struct cpupolicy__format cpupolicy__format_firecracker;
extern const struct cpupolicy__format cpupolicy__format_libvirt_cpudata;
extern const struct cpupolicy__format cpupolicy__format_libvirt_guest;
extern const struct cpupolicy__format cpupolicy__format_libvirt_host;
extern const struct cpupolicy__format cpupolicy__format_dev_cpuid;
extern const struct cpupolicy__format cpupolicy__format_kcpuid;
extern const struct cpupolicy__format cpupolicy__format_libcpuid_raw;
extern const struct cpupolicy__format cpupolicy__format_qemu;
extern const struct cpupolicy__format cpupolicy__format_openstack;
extern const struct cpupolicy__format cpupolicy__format_kubevirt;
extern const struct cpupolicy__format cpupolicy__format_nfd;
extern const struct cpupolicy__format cpupolicy__format_proxmox;
extern const struct cpupolicy__format cpupolicy__format_vmx;
extern const struct cpupolicy__format cpupolicy__format_evc;
extern const struct cpupolicy__format cpupolicy__format_hyperv;
extern const struct cpupolicy__format cpupolicy__format_sde;
extern const struct cpupolicy__format cpupolicy__format_xen_cpuid;
extern const struct cpupolicy__format cpupolicy__format_xen_featureset;
extern const struct cpupolicy__format cpupolicy__format_xl;
extern const struct cpupolicy__format cpupolicy__format_xl_registers;

/* All of them; ends in NULL. */
extern const struct cpupolicy__format *const cpupolicy__formats[];

#endif
