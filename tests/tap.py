#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run unittest's tests and say the results as TAP, so that each one counts."""

import sys
import unittest


def sentence(test):
    """test_a_stale_file_is_noticed -> a_stale_file_is_noticed"""
    return test.id().rpartition(".")[2].removeprefix("test_")


class Result(unittest.TestResult):
    """One line of TAP for each test; what went wrong as comments above it."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.broken = False

    def say(self, good, test, why=""):
        self.number += 1
        print(f"{'' if good else 'not '}ok {self.number} - {sentence(test)}"
              + (f" # SKIP {why}" if why else ""), flush=True)

    def explain(self, test, error):
        self.broken = True
        text = self._exc_info_to_string(error, test)
        print("\n".join("# " + line for line in text.splitlines()))

    def startTest(self, test):
        super().startTest(test)
        self.broken = False

    def addSuccess(self, test):
        self.say(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.explain(test, err)
        self.say(False, test)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            print(f"# {subtest._subDescription()}")
            self.explain(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say(True, test, reason)

    def stopTest(self, test):
        super().stopTest(test)
        # unittest reports a test of failed sub-tests in no other way
        if self.broken and not any(t is test for t, _ in self.failures):
            self.say(False, test)


def main():
    """Run the tests of the calling program; exit 1 if one fails."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])
    result = Result()
    print(f"1..{suite.countTestCases()}")
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() and result.number else 1)
