#!/usr/bin/env python3
"""Stands in for the API of a language model, so that real agents run with no network.

Every reply comes from a scenario, a JSON file: {"turns": [TURN, ...], "at_end": "last" | "stop" |
"cycle", "pick": "sequence" | "history", "main": MATCH, "side": TURN, "rules": [{"when": MATCH,
"reply": TURN, "times": 1}], "model": ..., "models": [...]}. A MATCH has any of has_tools,
last_contains, any_contains, model_contains, path_contains, has_tool_result. A TURN has any of
thinking, text, tool_calls [{"name", "input", "id", "kind": "function" | "custom"}], usage {input,
output, cache_read, cache_write, reasoning}, stop, delay_ms, chunk_ms, chunk_chars, error {status,
type, message, code, headers}, stream_error, cut_after, hang_ms, raw with status, repeat.

Speaks the Anthropic Messages, OpenAI Responses and OpenAI Chat formats, on the loopback only.
Python 3.11, standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

JSON = dict[str, Any]
DEFAULT_USAGE = {"input": 100, "output": 20, "cache_read": 0, "cache_write": 0, "reasoning": 0}
SECRET_HEADERS = {"authorization", "x-api-key", "api-key", "cookie", "proxy-authorization"}


# --------------------------------------------------------------------------
# Reading requests: one neutral view over the three formats
# --------------------------------------------------------------------------

class Request:
    """The parts of an API request that scenarios and logs care about."""

    def __init__(self, api: str, path: str, body: JSON) -> None:
        self.api = api
        self.path = path
        self.body = body
        self.model = str(body.get("model", ""))
        self.stream = bool(body.get("stream", False))
        self.messages = self._messages()
        self.tools = [self._tool_name(t) for t in body.get("tools") or []]

    def _messages(self) -> list[JSON]:
        if self.api == "responses":
            raw = self.body.get("input", [])
            if isinstance(raw, str):
                return [{"role": "user", "content": raw}]
            return [m for m in raw if isinstance(m, dict)]
        return [m for m in self.body.get("messages", []) if isinstance(m, dict)]

    @staticmethod
    def _tool_name(tool: JSON) -> str:
        function = tool.get("function")
        if isinstance(function, dict):
            return str(function.get("name", "?"))
        return str(tool.get("name") or tool.get("type") or "?")

    def assistant_turns(self) -> int:
        """How many replies of the model this request already contains."""
        if self.api != "responses":
            return sum(1 for m in self.messages if m.get("role") == "assistant")
        count, inside = 0, False
        for item in self.messages:
            kind = item.get("type", "message")
            from_model = (item.get("role") == "assistant"
                          or kind in ("function_call", "custom_tool_call", "reasoning", "local_shell_call"))
            if from_model and not inside:
                count += 1
            inside = from_model
        return count

    def newest_text(self) -> str:
        """Text of everything after the model's last reply (or of the last message)."""
        tail: list[str] = []
        for message in reversed(self.messages):
            if message.get("role") == "assistant" or message.get("type") in ("function_call", "reasoning"):
                break
            tail.append(flatten_text(message))
        return "\n".join(reversed(tail))

    def newest_is_tool_result(self) -> bool:
        if not self.messages:
            return False
        last = self.messages[-1]
        if last.get("role") == "tool" or str(last.get("type", "")).endswith("_output"):
            return True
        content = last.get("content")
        return isinstance(content, list) and any(
            isinstance(p, dict) and p.get("type") == "tool_result" for p in content)


def flatten_text(value: Any) -> str:
    """All text found in a message, joined; structure is ignored."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, (flatten_text(v) for v in value)))
    if isinstance(value, dict):
        keys = ("text", "content", "output", "input_text")
        return "\n".join(filter(None, (flatten_text(value[k]) for k in keys if k in value)))
    return ""


# --------------------------------------------------------------------------
# Scenarios
# --------------------------------------------------------------------------

class Scenario:
    """Chooses the reply to each request.  Thread-safe."""

    def __init__(self, data: JSON, variables: dict[str, str]) -> None:
        self._lock = threading.Lock()
        self._variables = variables
        self.load(data)

    def load(self, data: JSON) -> None:
        with self._lock:
            self.data = substitute(data, self._variables)
            self.turns: list[JSON] = []
            for turn in self.data.get("turns", []):
                self.turns.extend([turn] * int(turn.get("repeat", 1)))
            self._restart()

    def reset(self) -> None:
        with self._lock:
            self._restart()

    def _restart(self) -> None:
        self.served = 0
        self.side_served = 0
        self.rule_uses: dict[int, int] = {}

    def choose(self, request: Request, raw: str) -> tuple[str, JSON]:
        """Returns (label for the log, TURN)."""
        with self._lock:
            for number, rule in enumerate(self.data.get("rules", [])):
                uses = self.rule_uses.get(number, 0)
                if uses >= rule.get("times", 1 << 30):
                    continue
                if matches(rule.get("when", {}), request, raw):
                    self.rule_uses[number] = uses + 1
                    return f"rule{number}", rule["reply"]
            if not matches(self.data.get("main", {}), request, raw):
                self.side_served += 1
                return "side", self.data.get("side", {"text": "ok"})
            index = self.served if self.data.get("pick", "sequence") == "sequence" else request.assistant_turns()
            self.served += 1
            if not self.turns:
                return "empty", {"text": "ok"}
            if index < len(self.turns):
                return f"turn{index}", self.turns[index]
            ending = self.data.get("at_end", "last")
            if ending == "cycle":
                return f"turn{index % len(self.turns)}", self.turns[index % len(self.turns)]
            if ending == "last":
                return "turn-last", self.turns[-1]
            return "past-end", {"text": "Nothing more is scripted."}


def matches(when: JSON, request: Request, raw: str) -> bool:
    for key, wanted in when.items():
        if key == "has_tools":
            found: bool = bool(request.tools) == bool(wanted)
        elif key == "last_contains":
            found = wanted in request.newest_text()
        elif key == "any_contains":
            found = wanted in raw
        elif key == "model_contains":
            found = wanted in request.model
        elif key == "path_contains":
            found = wanted in request.path
        elif key == "has_tool_result":
            found = request.newest_is_tool_result() == bool(wanted)
        else:
            raise ValueError(f"unknown condition in scenario: {key}")
        if not found:
            return False
    return True


def substitute(value: Any, variables: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}",
                      lambda m: variables.get(m[1], os.environ.get(m[1], m[0])), value)
    if isinstance(value, list):
        return [substitute(v, variables) for v in value]
    if isinstance(value, dict):
        return {k: substitute(v, variables) for k, v in value.items()}
    return value


def pieces(text: str, size: int) -> Iterator[str]:
    for start in range(0, len(text), max(1, size)):
        yield text[start:start + max(1, size)]


def new_id(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:24]}"


# --------------------------------------------------------------------------
# Writing replies.  Each writer yields (event name or None, JSON payload) pairs
# for a stream, and builds one object when the client did not ask for a stream.
# --------------------------------------------------------------------------

Event = tuple[str | None, Any]


class AnthropicWriter:
    def __init__(self, request: Request, turn: JSON, model: str) -> None:
        self.turn, self.model = turn, model
        self.id = new_id("msg_")
        self.calls = [dict(c, id=c.get("id") or new_id("toolu_")) for c in turn.get("tool_calls", [])]
        self.usage = {**DEFAULT_USAGE, **turn.get("usage", {})}
        self.stop = turn.get("stop") or ("tool_use" if self.calls else "end_turn")

    def _usage(self, output: int) -> JSON:
        return {
            "input_tokens": self.usage["input"],
            "cache_creation_input_tokens": self.usage["cache_write"],
            "cache_read_input_tokens": self.usage["cache_read"],
            "output_tokens": output,
            "service_tier": "standard",
        }

    def _blocks(self) -> list[JSON]:
        blocks: list[JSON] = []
        if self.turn.get("thinking"):
            blocks.append({"type": "thinking", "thinking": self.turn["thinking"], "signature": "bW9jaw=="})
        if self.turn.get("text"):
            blocks.append({"type": "text", "text": self.turn["text"]})
        for call in self.calls:
            blocks.append({"type": "tool_use", "id": call["id"], "name": call["name"], "input": call.get("input", {})})
        return blocks

    def whole(self) -> JSON:
        return {"id": self.id, "type": "message", "role": "assistant", "model": self.model,
                "content": self._blocks(), "stop_reason": self.stop, "stop_sequence": None,
                "usage": self._usage(self.usage["output"])}

    def stream(self) -> Iterator[Event]:
        size = int(self.turn.get("chunk_chars", 12))
        head = {**self.whole(), "content": [], "stop_reason": None, "usage": self._usage(1)}
        yield "message_start", {"type": "message_start", "message": head}
        for index, block in enumerate(self._blocks()):
            kind = block["type"]
            empty = {"text": {"type": "text", "text": ""},
                     "thinking": {"type": "thinking", "thinking": "", "signature": ""},
                     "tool_use": {**block, "input": {}}}[kind]
            yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": empty}
            if index == 0:
                yield "ping", {"type": "ping"}
            if kind == "tool_use":
                deltas = [{"type": "input_json_delta", "partial_json": p}
                          for p in pieces(json.dumps(block["input"]), max(size, 40))]
            elif kind == "thinking":
                deltas = [{"type": "thinking_delta", "thinking": p} for p in pieces(block["thinking"], size)]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            else:
                deltas = [{"type": "text_delta", "text": p} for p in pieces(block["text"], size)]
            for delta in deltas:
                yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
            yield "content_block_stop", {"type": "content_block_stop", "index": index}
        yield "message_delta", {"type": "message_delta",
                                "delta": {"stop_reason": self.stop, "stop_sequence": None},
                                "usage": {"output_tokens": self.usage["output"]}}
        yield "message_stop", {"type": "message_stop"}

    @staticmethod
    def error(error: JSON) -> JSON:
        return {"type": "error",
                "error": {"type": error.get("type", "api_error"), "message": error.get("message", "scripted error")},
                "request_id": new_id("req_")}

    @classmethod
    def error_event(cls, error: JSON) -> Event:
        return "error", cls.error(error)


class ResponsesWriter:
    def __init__(self, request: Request, turn: JSON, model: str) -> None:
        self.turn, self.model = turn, model
        self.id = new_id("resp_")
        self.usage = {**DEFAULT_USAGE, **turn.get("usage", {})}
        self.items = self._items()

    def _items(self) -> list[JSON]:
        items: list[JSON] = []
        if self.turn.get("thinking"):
            items.append({"id": new_id("rs_"), "type": "reasoning",
                          "summary": [{"type": "summary_text", "text": self.turn["thinking"]}]})
        if self.turn.get("text"):
            items.append({"id": new_id("msg_"), "type": "message", "role": "assistant", "status": "completed",
                          "content": [{"type": "output_text", "text": self.turn["text"], "annotations": []}]})
        for call in self.turn.get("tool_calls", []):
            call_id = call.get("id") or new_id("call_")
            if call.get("kind") == "custom":
                items.append({"id": new_id("ctc_"), "type": "custom_tool_call", "status": "completed",
                              "call_id": call_id, "name": call["name"], "input": call.get("input", "")})
            else:
                item = {"id": new_id("fc_"), "type": "function_call", "status": "completed",
                        "call_id": call_id, "name": call["name"],
                        "arguments": json.dumps(call.get("input", {}))}
                if call.get("namespace"):
                    item["namespace"] = call["namespace"]
                items.append(item)
        return items

    def _usage(self) -> JSON:
        total_in = self.usage["input"] + self.usage["cache_read"]
        return {"input_tokens": total_in,
                "input_tokens_details": {"cached_tokens": self.usage["cache_read"]},
                "output_tokens": self.usage["output"],
                "output_tokens_details": {"reasoning_tokens": self.usage["reasoning"]},
                "total_tokens": total_in + self.usage["output"]}

    def whole(self, status: str = "completed") -> JSON:
        done = status == "completed"
        return {"id": self.id, "object": "response", "created_at": int(time.time()), "status": status,
                "model": self.model, "output": self.items if done else [], "parallel_tool_calls": True,
                "error": None, "incomplete_details": None, "usage": self._usage() if done else None}

    def stream(self) -> Iterator[Event]:
        size = int(self.turn.get("chunk_chars", 12))
        number = 0

        def event(kind: str, **fields: Any) -> Event:
            nonlocal number
            number += 1
            return kind, {"type": kind, "sequence_number": number - 1, **fields}

        yield event("response.created", response=self.whole("in_progress"))
        yield event("response.in_progress", response=self.whole("in_progress"))
        for index, item in enumerate(self.items):
            at = {"item_id": item["id"], "output_index": index}
            if item["type"] == "message":
                part = item["content"][0]
                yield event("response.output_item.added", output_index=index,
                            item={**item, "status": "in_progress", "content": []})
                yield event("response.content_part.added", **at, content_index=0, part={**part, "text": ""})
                for piece in pieces(part["text"], size):
                    yield event("response.output_text.delta", **at, content_index=0, delta=piece)
                yield event("response.output_text.done", **at, content_index=0, text=part["text"])
                yield event("response.content_part.done", **at, content_index=0, part=part)
            elif item["type"] == "reasoning":
                part = item["summary"][0]
                yield event("response.output_item.added", output_index=index, item={**item, "summary": []})
                yield event("response.reasoning_summary_part.added", **at, summary_index=0, part={**part, "text": ""})
                for piece in pieces(part["text"], size):
                    yield event("response.reasoning_summary_text.delta", **at, summary_index=0, delta=piece)
                yield event("response.reasoning_summary_text.done", **at, summary_index=0, text=part["text"])
                yield event("response.reasoning_summary_part.done", **at, summary_index=0, part=part)
            elif item["type"] == "custom_tool_call":
                yield event("response.output_item.added", output_index=index,
                            item={**item, "status": "in_progress", "input": ""})
                yield event("response.custom_tool_call_input.delta", **at, delta=item["input"])
                yield event("response.custom_tool_call_input.done", **at, input=item["input"])
            else:
                yield event("response.output_item.added", output_index=index,
                            item={**item, "status": "in_progress", "arguments": ""})
                for piece in pieces(item["arguments"], max(size, 40)):
                    yield event("response.function_call_arguments.delta", **at, delta=piece)
                yield event("response.function_call_arguments.done", **at, arguments=item["arguments"])
            yield event("response.output_item.done", output_index=index, item=item)
        yield event("response.completed", response=self.whole())

    @staticmethod
    def error(error: JSON) -> JSON:
        return {"error": {"message": error.get("message", "scripted error"), "type": error.get("type", "server_error"),
                          "param": None, "code": error.get("code")}}

    @classmethod
    def error_event(cls, error: JSON) -> Event:
        failure = {"code": error.get("code", "server_error"), "message": error.get("message", "scripted error")}
        return "response.failed", {"type": "response.failed", "sequence_number": 0,
                                   "response": {"id": new_id("resp_"), "object": "response", "status": "failed",
                                                "error": failure, "output": [], "usage": None}}


class ChatWriter:
    def __init__(self, request: Request, turn: JSON, model: str) -> None:
        self.request, self.turn, self.model = request, turn, model
        self.id = new_id("chatcmpl-")
        self.usage = {**DEFAULT_USAGE, **turn.get("usage", {})}
        self.calls = [
            {"id": c.get("id") or new_id("call_"), "type": "function",
             "function": {"name": c["name"], "arguments": json.dumps(c.get("input", {}))}}
            for c in turn.get("tool_calls", [])]
        self.stop = turn.get("stop") or ("tool_calls" if self.calls else "stop")

    def _usage(self) -> JSON:
        total_in = self.usage["input"] + self.usage["cache_read"]
        return {"prompt_tokens": total_in, "completion_tokens": self.usage["output"],
                "total_tokens": total_in + self.usage["output"],
                "prompt_tokens_details": {"cached_tokens": self.usage["cache_read"]},
                "completion_tokens_details": {"reasoning_tokens": self.usage["reasoning"]}}

    def whole(self) -> JSON:
        message: JSON = {"role": "assistant", "content": self.turn.get("text") or None}
        if self.turn.get("thinking"):
            message["reasoning_content"] = self.turn["thinking"]
        if self.calls:
            message["tool_calls"] = self.calls
        return {"id": self.id, "object": "chat.completion", "created": int(time.time()), "model": self.model,
                "choices": [{"index": 0, "message": message, "finish_reason": self.stop, "logprobs": None}],
                "usage": self._usage()}

    def _chunk(self, delta: JSON, finish: str | None = None) -> Event:
        return None, {"id": self.id, "object": "chat.completion.chunk", "created": int(time.time()),
                      "model": self.model,
                      "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]}

    def stream(self) -> Iterator[Event]:
        size = int(self.turn.get("chunk_chars", 12))
        yield self._chunk({"role": "assistant", "content": ""})
        for piece in pieces(self.turn.get("thinking", ""), size):
            yield self._chunk({"reasoning_content": piece})
        for piece in pieces(self.turn.get("text", ""), size):
            yield self._chunk({"content": piece})
        for index, call in enumerate(self.calls):
            start = {"index": index, "id": call["id"], "type": "function",
                     "function": {"name": call["function"]["name"], "arguments": ""}}
            yield self._chunk({"tool_calls": [start]})
            for piece in pieces(call["function"]["arguments"], max(size, 40)):
                yield self._chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield self._chunk({}, self.stop)
        if (self.request.body.get("stream_options") or {}).get("include_usage"):
            event = self._chunk({})
            event[1]["choices"] = []
            event[1]["usage"] = self._usage()
            yield event
        yield None, "[DONE]"

    @staticmethod
    def error(error: JSON) -> JSON:
        return ResponsesWriter.error(error)

    @classmethod
    def error_event(cls, error: JSON) -> Event:
        return None, cls.error(error)


WRITERS = {"anthropic": AnthropicWriter, "responses": ResponsesWriter, "chat": ChatWriter}
ROUTES = {"/messages": "anthropic", "/responses": "responses", "/chat/completions": "chat"}


# --------------------------------------------------------------------------
# HTTP
# --------------------------------------------------------------------------

class Journal:
    """Appends one line per request; safe for use from many threads."""

    def __init__(self, path: str | None, dump: str | None) -> None:
        self._file = open(path, "a", encoding="utf-8") if path else None
        self._dump = dump
        self._lock = threading.Lock()
        self.count = 0
        if dump:
            os.makedirs(dump, exist_ok=True)

    def number(self) -> int:
        with self._lock:
            self.count += 1
            return self.count

    def write(self, entry: JSON, body: bytes) -> None:
        with self._lock:
            if self._file:
                self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self._file.flush()
            if self._dump and body:
                name = os.path.join(self._dump, f"{entry['n']:04d}{entry['path'].split('?')[0].replace('/', '_')}.json")
                with open(name, "wb") as handle:
                    handle.write(body)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "ModelServer"

    def log_message(self, *args: Any) -> None:  # the journal replaces the default log
        pass

    # -- plumbing ----------------------------------------------------------

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return data
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _json(self, status: int, payload: Any, headers: JSON | None = None) -> None:
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("request-id", new_id("req_"))
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def _entry(self, number: int, **more: Any) -> JSON:
        masked = {k: ("***" if k.lower() in SECRET_HEADERS else v) for k, v in self.headers.items()}
        return {"n": number, "t": round(time.time(), 3), "method": self.command, "path": self.path,
                "headers": masked, **more}

    def _sse(self, events: Iterator[Event], turn: JSON) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("cache-control", "no-cache")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("request-id", new_id("req_"))
        self.end_headers()
        time.sleep(turn.get("hang_ms", 0) / 1000)
        pause = turn.get("chunk_ms", 0) / 1000
        for sent, (name, payload) in enumerate(events):
            if sent == turn.get("cut_after", -1):
                self.close_connection = True
                self.connection.close()
                return
            text = payload if isinstance(payload, str) else json.dumps(payload)
            block = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
            data = block.encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
            if pause and name not in ("message_start", "ping"):
                time.sleep(pause)
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    # -- methods -----------------------------------------------------------

    def do_HEAD(self) -> None:
        self.server.journal.write(self._entry(self.server.journal.number()), b"")
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        number = self.server.journal.number()
        path = self.path.split("?")[0].rstrip("/")
        scenario = self.server.scenario
        if path == "/__stand-in/state":
            self._json(200, {"served": scenario.served, "side": scenario.side_served,
                             "requests": self.server.journal.count})
            return
        self.server.journal.write(self._entry(number), b"")
        if path.endswith("/models"):
            names = scenario.data.get("models", ["stand-in"])
            self._json(200, {"object": "list", "has_more": False, "data": [
                {"id": n, "object": "model", "type": "model", "display_name": n, "created": 0,
                 "created_at": "2025-01-01T00:00:00Z", "owned_by": "stand-in"} for n in names]})
            return
        self._json(404, {"error": {"type": "not_found_error", "message": f"stand-in: no GET {path}"}})

    def do_POST(self) -> None:
        raw = self._body()
        number = self.server.journal.number()
        path = self.path.split("?")[0].rstrip("/")
        if path == "/__stand-in/reset":
            self.server.scenario.reset()
            self._json(200, {"ok": True})
            return
        if path == "/__stand-in/scenario":
            self.server.scenario.load(json.loads(raw))
            self._json(200, {"ok": True})
            return
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = {}
        if path.endswith("/messages/count_tokens"):
            self.server.journal.write(self._entry(number, api="count_tokens"), raw)
            self._json(200, {"input_tokens": max(1, len(raw) // 4)})
            return
        api = next((a for suffix, a in ROUTES.items() if path.endswith(suffix)), None)
        if api is None or not isinstance(body, dict):
            self.server.journal.write(self._entry(number, api=None), raw)
            self._json(404, {"error": {"type": "not_found_error", "message": f"stand-in: no POST {path}"}})
            return

        request = Request(api, path, body)
        label, turn = self.server.scenario.choose(request, raw.decode("utf-8", "replace"))
        turn = substitute(turn, {"SEQ": str(number)})
        self.server.journal.write(self._entry(
            number, api=api, reply=label, model=request.model, stream=request.stream,
            messages=len(request.messages), assistant_turns=request.assistant_turns(),
            tools=request.tools, newest=request.newest_text()[-400:]), raw)

        time.sleep(turn.get("delay_ms", 0) / 1000)
        writer = WRITERS[api]
        try:
            if "raw" in turn:
                self._json(int(turn.get("status", 200)), turn["raw"], turn.get("headers"))
            elif "error" in turn:
                error = turn["error"]
                self._json(int(error.get("status", 500)), writer.error(error), error.get("headers"))
            else:
                model = self.server.scenario.data.get("model") or request.model or "stand-in"
                reply = writer(request, turn, model)
                if not request.stream and "cut_after" in turn:
                    self.close_connection = True
                    self.connection.close()
                elif not request.stream:
                    self._json(200, reply.whole())
                elif "stream_error" in turn:
                    first = next(reply.stream())
                    self._sse(iter([first, writer.error_event(turn["stream_error"])]), turn)
                else:
                    self._sse(reply.stream(), turn)
        except (BrokenPipeError, ConnectionResetError):
            self.server.journal.write(self._entry(number, api=api, reply="client-gone"), b"")
            self.close_connection = True


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, scenario: Scenario, journal: Journal) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.scenario = scenario
        self.journal = journal


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Stands in for the API of a language model.")
    parser.add_argument("--scenario", help="JSON file; without it every reply is the text 'ok'")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--port-file", help="the chosen port is written here once the server listens")
    parser.add_argument("--log", help="append one JSON line per request to this file")
    parser.add_argument("--dump", help="keep full request bodies in this folder")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args(argv)

    data: JSON = {}
    if options.scenario:
        with open(options.scenario, encoding="utf-8") as handle:
            data = json.load(handle)
    variables = dict(pair.split("=", 1) for pair in options.var)
    server = ModelServer(options.port, Scenario(data, variables), Journal(options.log, options.dump))
    port = server.server_address[1]
    if options.port_file:
        temporary = f"{options.port_file}.tmp"
        with open(temporary, "w", encoding="utf-8") as handle:
            handle.write(str(port))
        os.replace(temporary, options.port_file)
    print(f"model: http://127.0.0.1:{port}", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
