/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <cpupolicy/formats.h>

static char directory[] = "/tmp/cpupolicy-test-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(directory) ? chdir(directory) : -1;
}

/* Also a test: every test removes what it made, so nothing else is left. */
static int tear_down(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : rmdir(directory);
}

static void expect_text(const char *path, const char *text)
{
	char found[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(found, text);
}

static unsigned files_here(void)
{
	DIR *here = opendir(".");
	unsigned nr = 0;

	assert_non_null(here);
	while (readdir(here))
		nr++;
	closedir(here);
	return nr - 2; /* . and .. */
}

static void a_new_file_is_written_whole(void **state)
{
	struct cpupolicy_error error;

	(void)state;
	assert_int_equal(cpupolicy_write_file("new", "text\n", 5, &error), 0);
	expect_text("new", "text\n");
	assert_int_equal(files_here(), 1);
	unlink("new");
}

static void an_old_file_is_replaced_and_keeps_its_mode(void **state)
{
	struct cpupolicy_error error;
	struct stat old;

	(void)state;
	assert_int_equal(cpupolicy_write_file("old", "before", 6, &error), 0);
	assert_int_equal(chmod("old", 0640), 0);
	assert_int_equal(cpupolicy_write_file("./old", "now", 3, &error), 0);
	expect_text("old", "now");
	assert_int_equal(stat("old", &old), 0);
	assert_int_equal(old.st_mode & 07777, 0640);
	assert_int_equal(files_here(), 1);
	unlink("old");
}

static void a_symbolic_link_stays_one(void **state)
{
	struct cpupolicy_error error;
	struct stat link;

	(void)state;
	assert_int_equal(cpupolicy_write_file("target", "a", 1, &error), 0);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(cpupolicy_write_file("link", "b", 1, &error), 0);
	assert_int_equal(lstat("link", &link), 0);
	assert_true(S_ISLNK(link.st_mode));
	expect_text("target", "b");
	unlink("link");
	unlink("target");
}

static void what_cannot_be_written_leaves_nothing_behind(void **state)
{
	static const struct {
		const char *why, *path, *says;
	} cases[] = {
		{ "no such directory", "nowhere/file", "cannot write beside" },
		{ "a file is no directory", "plain/file",
		  "cannot write beside" },
		{ "a directory", ".", "is a directory" },
		{ "no name", "", "" },
	};

	(void)state;
	fclose(fopen("plain", "w"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_error error = { 0 };
		int status =
			cpupolicy_write_file(cases[i].path, "x", 1, &error);

		if (cases[i].path[0] == '\0') {
			unlink("x");
			assert_int_equal(status, CPUPOLICY_E_IO);
			continue;
		}
		if (status != CPUPOLICY_E_IO || error.status != status ||
		    !strstr(error.text, cases[i].says) ||
		    strncmp(error.text, cases[i].path, strlen(cases[i].path)))
			fail_msg("%s: %d %s", cases[i].why, status, error.text);
	}
	assert_int_equal(files_here(), 1);
	unlink("plain");
}

/* A plain file of that name is none: some chroots have an empty /dev. */
static void need_device(const char *path, int mode)
{
	struct stat st;

	if (access(path, mode) == 0 && stat(path, &st) == 0 &&
	    S_ISCHR(st.st_mode))
		return;
	print_message("no %s here\n", path);
	skip();
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	struct cpupolicy_error error = { 0 };

	(void)state;
	need_device("/dev/full", W_OK);
	assert_int_equal(cpupolicy_write_file("/dev/full", "x", 1, &error),
			 CPUPOLICY_E_IO);
	assert_non_null(strstr(error.text, "/dev/full: cannot write it"));
}

static void a_read_that_cannot_be_done_says_why(void **state)
{
	static const struct {
		const char *path, *says;
	} cases[] = {
		{ "vanished", "vanished: cannot open it: No such file" },
		{ ".", ".: cannot read it: Is a directory" },
		{ "", "cannot open it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpupolicy_document document;
		struct cpupolicy_error error = { 0 };

		assert_int_equal(cpupolicy_document_read(&document,
							 cases[i].path, &error),
				 CPUPOLICY_E_IO);
		assert_int_equal(error.status, CPUPOLICY_E_IO);
		if (!strstr(error.text, cases[i].says))
			fail_msg("'%s': %s", cases[i].path, error.text);
		assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_NONE);
	}
}

static void a_file_without_end_is_refused(void **state)
{
	struct cpupolicy_document document;
	struct cpupolicy_error error;

	(void)state;
	need_device("/dev/zero", R_OK);
	assert_int_equal(
		cpupolicy_document_read(&document, "/dev/zero", &error),
		CPUPOLICY_E_MEANING);
	assert_non_null(strstr(error.text, "larger than"));
}

/* What @path gives where it is written through a pipe as "-". */
static void standard_input_and_output_are_a_dash(void **state)
{
	static const char text[] =
		"{ \"format\": \"cpupolicy-mask\", \"version\": 1 }\n";
	struct cpupolicy_document document;
	struct cpupolicy_error error;
	int old = dup(STDIN_FILENO), ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		_exit(cpupolicy_write_file("-", text, sizeof(text) - 1,
					   &error) < 0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	status = cpupolicy_document_read(&document, "-", &error);
	dup2(old, STDIN_FILENO);
	close(old);
	close(ends[0]);
	assert_int_equal(status, 0);
	assert_int_equal(document.kind, CPUPOLICY_DOCUMENT_MASK);
	cpupolicy_document_clear(&document);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_file_is_written_whole),
		cmocka_unit_test(an_old_file_is_replaced_and_keeps_its_mode),
		cmocka_unit_test(a_symbolic_link_stays_one),
		cmocka_unit_test(what_cannot_be_written_leaves_nothing_behind),
		cmocka_unit_test(a_full_disk_leaves_the_old_file),
		cmocka_unit_test(a_read_that_cannot_be_done_says_why),
		cmocka_unit_test(a_file_without_end_is_refused),
		cmocka_unit_test(standard_input_and_output_are_a_dash),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
