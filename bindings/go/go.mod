// SPDX-License-Identifier: MIT
module libcpupolicy/cpupolicy

go 1.19
