// Holds what this page may call, so that nothing is offered that is not there.

export const session = { tools: [], number: 0, version: "" };
export const can = (tool) => session.tools.includes(tool);
