"""Does the main job with the official Python client: mcp_client.py PROGRAM MODE DIRECTORY.

MODE is `auto`, `legacy` or a protocol version to pin. The client validates every structured
result against the tool's output schema and raises when one does not fit. Prints `ok` at the end.
"""

import asyncio
import base64
import hashlib
import os
import sys

from mcp import Client, StdioServerParameters

PROGRAM, MODE, DIRECTORY = sys.argv[1:4]
REPORT = "Grüße from the task\n"
SCRIPT = f"echo working; printf '%s' '{REPORT}' > \"$ERRAND_ARTIFACTS/report.txt\"; echo finished"


def content_id(body: bytes) -> str:
    """Computes a CIDv1 (raw, sha2-256) by hand."""
    prefix = bytes([0x01, 0x55, 0x12, 0x20])
    return "b" + base64.b32encode(prefix + hashlib.sha256(body).digest()).decode().lower().rstrip("=")


async def call(client: Client, tool: str, **arguments):
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, (tool, result.content)
    return result


async def main() -> None:
    server = StdioServerParameters(
        command=PROGRAM, args=["serve", "--allow-commands"], env=dict(os.environ), cwd=DIRECTORY)
    async with Client(server, mode=MODE) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        for expected in ("tasks_create", "tasks_list", "tasks_get", "tasks_attempts_list", "tasks_messages_list"):
            assert expected in tools, expected
        await client.list_prompts()
        await client.list_resource_templates()
        await call(client, "tasks_schemas")

        created = (await call(client, "tasks_create", brief=SCRIPT, profile="shell", directory=DIRECTORY)).structured_content
        task = created["id"]
        for _ in range(4):
            waited = (await call(client, "tasks_wait", task_ids=[task], until="terminal", timeout_sec=20)).structured_content
            if not waited["timedOut"]:
                break
        envelope = (await call(client, "tasks_get", task_id=task)).structured_content
        assert envelope["status"] == "completed", envelope
        attempts = (await call(client, "tasks_attempts_list", task_id=task)).structured_content["items"]
        assert [attempt["attemptN"] for attempt in attempts] == [1], attempts
        messages = (await call(client, "tasks_messages_list", task_id=task)).structured_content["items"]
        said = "".join(message["payload"].get("text", "") for message in messages if message["kind"] == "text")
        assert "working" in said and "finished" in said, messages

        artifacts = (await call(client, "tasks_artifacts_list", task_id=task)).structured_content["artifacts"]
        report = next(artifact for artifact in artifacts if artifact["title"] == "report.txt")
        body = (await call(client, "tasks_artifacts_download", task_id=task, cid=report["cid"])).content[0].text
        assert body == REPORT, body
        assert content_id(body.encode()) == report["cid"], report

        listed = (await call(client, "tasks_list")).structured_content
        assert any(item["id"] == task for item in listed["items"]), listed
        refused = await client.call_tool("tasks_get", {"task_id": "no-such-task"})
        assert refused.is_error and refused.structured_content is None, refused
        print("ok", client.protocol_version)


asyncio.run(main())
