# Every SQL statement in the sources, and the schema they are for, in both dialects.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LITERAL = r'"(?:\\.|[^"\\])*"(?:\s*"(?:\\.|[^"\\])*")*'
STATEMENT = re.compile(r'(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s')
SCHEMA = re.compile(r'(CREATE (UNIQUE )?(TABLE|INDEX)|ALTER TABLE) \w')
IDS = re.compile(rf'SQL_IDS\(\s*({LITERAL})\s*,\s*({LITERAL})\s*\)')  # sql_values.h makes five texts of it
SERVER_MARK = '\n-- mysql\n'  # behind it stands what a server is given (src/platform/sql/migrate.h)

# Where statements of one kind of database stand.
SERVER_ONLY = re.compile(r'src/platform/sql/(mysql_|migrate_pieces)|information_schema')
FILE_ONLY = re.compile(r'src/platform/sql/sqlite_|src/platform/sql/sql_snapshot|src/admin/|sqlite_master')


@dataclass(frozen=True)
class Statement:
    file: str
    text: str
    texts: int = 1  # that a connection prepares of it

    def on_server(self):
        return not FILE_ONLY.search(self.file) and not FILE_ONLY.search(self.text)

    def on_file(self):
        return not SERVER_ONLY.search(self.file) and not SERVER_ONLY.search(self.text)


def sources(root):
    """What the program is made of: no tests, no fuzzers."""
    found = sorted((root / 'src').rglob('*.c'))
    return [file for file in found if not re.search(r'(_test|_fuzz|_oracle)\.c$|/tests/', str(file))]


def expanded(file):
    """The file with its own macros expanded; those of headers make no statements, but for SQL_IDS."""
    text = re.sub(r'(?m)^\s*#\s*include.*$', '', file.read_text('utf-8'))
    done = subprocess.run(['cc', '-E', '-P', '-x', 'c', '-'], input=text, capture_output=True, text=True, check=True)
    return done.stdout


def joined(run):
    pieces = re.findall(r'"((?:\\.|[^"\\])*)"', run)
    return re.sub(r'\\(.)', lambda m: {'n': '\n', 't': '\t'}.get(m[1], m[1]), ''.join(pieces))


def literals(text):
    """Every string of a C text, with neighbours joined, and how many texts it stands for."""
    for before, after in IDS.findall(text):
        yield joined(before) + '?, ?' + joined(after), 5
    for run in re.findall(LITERAL, IDS.sub('', text)):
        yield joined(run), 1


def of_file(text):
    return text.split(SERVER_MARK)[0]


def of_server(text):
    """As src/platform/sql/mysql_script.c gives it to a server."""
    text = text.split(SERVER_MARK)[-1].replace(' WITHOUT ROWID', '')
    return re.sub(r'(CREATE TABLE [^;]*)', r'\1 CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', text.rstrip().rstrip(';')) + ';'


def gather(root=ROOT):
    """Scripts of the schema, those in C files first, as other tables' steps may use theirs; and the statements."""
    scripts, statements = [], []
    for file in sources(root):
        if '"' not in (text := file.read_text('utf-8')) or not re.search(STATEMENT.pattern + '|CREATE ', text):
            continue
        for literal, texts in literals(expanded(file)):
            if SCHEMA.match(literal):
                scripts.append(literal)
            elif STATEMENT.match(literal):
                statements.append(Statement(str(file.relative_to(root)), literal, texts))
    scripts += [file.read_text('utf-8') for file in sorted((root / 'src').rglob('sql/*.sql'))]
    return scripts, statements
