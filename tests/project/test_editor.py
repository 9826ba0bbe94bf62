"""The editor knows a suite: `harness schema --out`, what `harness init` writes, and a language server that reads it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from refusals import refused

from harness.project.editor import EDITORS_LINE, SCHEMA_FILE

if TYPE_CHECKING:
    from conftest import Project

SERVER = shutil.which("yaml-language-server")
SUITE = "release.harness.yaml"


def test_the_schema_is_written_to_a_file_or_printed(project: Project) -> None:
    called = project.harness("schema", "--out", "deep/schema.json")
    assert (called.code, called.out) == (0, f"{Path('deep/schema.json')}\n")
    assert project.read("deep/schema.json") == project.harness("schema").json
    assert project.read("deep/schema.json")["$id"] == "urn:model-harness:suite"
    refused(project.harness("schema", "--out", "dev.jsonl/schema.json"), "cannot write the schema to dev.jsonl/")


def test_init_writes_the_schema_and_the_line_that_names_it(project: Project) -> None:
    project.harness("init", "new", "--model", "python:toy:predict", "--data", "files:dev.jsonl")
    text = Path("new", SUITE).read_text("utf-8")
    assert text.splitlines()[0] == EDITORS_LINE == f"# yaml-language-server: $schema={SCHEMA_FILE}"
    schema = project.read(f"new/{SCHEMA_FILE}")
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text.replace("attacks:", "atacks:")))


class Server:
    """The YAML language server over its standard streams."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out, self._asked = process.stdin, process.stdout, 0

    def tell(self, method: str, params: Any, **more: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self._in.flush()

    def ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        self.tell(method, params, id=self._asked)
        return next(each["result"] for each in self.heard() if each.get("id") == self._asked and "method" not in each)

    def heard(self) -> Iterator[dict[str, Any]]:
        """What it says, until it is heard; a question about our configuration is answered."""
        while head := self._out.readline():
            size = int(head.partition(b":")[2])
            while self._out.readline().strip():
                pass
            said = json.loads(self._out.read(size))
            if said.get("method") == "workspace/configuration":
                answer = {"jsonrpc": "2.0", "id": said["id"], "result": [{"validate": True}] * 5}
                content = json.dumps(answer).encode()
                self._in.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
                self._in.flush()
            yield said


@contextmanager
def editor(folder: Path) -> Iterator[Server]:
    assert SERVER
    process = subprocess.Popen(
        [SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        server = Server(process)
        can = {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}}
        server.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": can})
        server.tell("initialized", {})
        yield server
    finally:
        process.kill()
        process.communicate()


def opened(server: Server, path: Path, text: str) -> dict[str, str]:
    """Tell the server of a file that is open in the editor."""
    document = {"uri": path.as_uri()}
    server.tell(
        "textDocument/didOpen", {"textDocument": {**document, "languageId": "yaml", "version": 1, "text": text}}
    )
    return document


def completed(server: Server, path: Path, text: str) -> set[str]:
    """What the editor offers at the end of a text."""
    whole = f"{EDITORS_LINE}\n{text}"
    place = {"line": whole.count("\n"), "character": len(whole.splitlines()[-1])}
    found = server.ask("textDocument/completion", {"textDocument": opened(server, path, whole), "position": place})
    return {each["label"] for each in found["items"]}


def marked(server: Server, path: Path, text: str) -> dict[str, int]:
    """What the editor marks in a file, with the line, from 0."""
    uri = opened(server, path, text)["uri"]
    published = (each["params"] for each in server.heard() if each.get("method", "").endswith("publishDiagnostics"))
    found = next(each["diagnostics"] for each in published if each["uri"] == uri)
    return {each["message"]: each["range"]["start"]["line"] for each in found}


@pytest.mark.skipif(SERVER is None, reason="needs node's yaml-language-server on the path")
def test_an_editor_completes_attacks_and_marks_a_typo(project: Project) -> None:
    project.harness("init", "--model", "python:toy:predict", "--data", "files:dev.jsonl")
    path = project.folder / SUITE
    typo = path.read_text("utf-8").replace("attacks:", "atacks:")
    with editor(project.folder) as server:
        assert "attacks" in completed(server, project.folder / "key.yaml", "tasks:\n  - use: attack\n    att")
        assert "deepwordbug" in completed(
            server, project.folder / "a.yaml", "tasks:\n  - use: attack\n    attacks:\n      - d"
        )
        assert marked(server, project.folder / "good.harness.yaml", path.read_text("utf-8")) == {}
        wrong = marked(server, project.folder / "typo.harness.yaml", typo)
    line = typo[: typo.index("atacks:")].count("\n")
    assert wrong == {"Property atacks is not allowed.": line, 'Missing property "attacks".': line - 1}
