// Makes fields for an answer of several parts, from the schema it is to have.

import { h, visible } from "./dom.js";

/** Gives a part of an answer: its elements, and what stands in them; nothing if that is nothing. */
function field(key, part, isNeeded) {
  const label = visible([part.title, part.description].filter(Boolean).join(": ") || key);
  const options = part.enum ?? (part.type === "array" ? part.items?.enum : undefined);
  if (options && part.type === "array") {
    const boxes = options.map((value) => [value, h("input", { type: "checkbox" })]);
    return { element: h("fieldset", {}, h("legend", {}, label), boxes.map(([value, box]) => h("label", { class: "row" }, box, visible(value)))),
      read: () => boxes.filter(([, box]) => box.checked).map(([value]) => value) };
  }
  if (part.type === "boolean") {
    const box = h("input", { type: "checkbox" });
    return { element: h("label", { class: "row" }, box, label), read: () => box.checked };
  }
  const isNumber = part.type === "number" || part.type === "integer";
  const input = options ? h("select", { required: isNeeded }, h("option", { value: "" }, "–"), options.map((value) => h("option", { value }, visible(value))))
    : h("input", { type: isNumber ? "number" : "text", step: part.type === "number" ? "any" : undefined, required: isNeeded, autocomplete: "off" });
  return { element: h("label", {}, label, input),
    read: () => (input.value === "" ? undefined : isNumber ? Number(input.value) : input.value) };
}

/** Gives a form for all parts; `read` gives the answer, or nothing while a part is missing. */
export function fieldsOf(schema) {
  const parts = Object.entries(schema.properties).map(([key, part]) => [key, field(key, part, (schema.required ?? []).includes(key))]);
  const element = h("form", { class: "task-page", onsubmit: (event) => event.preventDefault() }, parts.map(([, one]) => one.element));
  return { element, read: () => (element.reportValidity()
    ? Object.fromEntries(parts.map(([key, one]) => [key, one.read()]).filter(([, value]) => value !== undefined)) : undefined) };
}
