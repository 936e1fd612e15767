// Leads to another page, however the page at hand does that.

let mover;

export const moveBy = (work) => { mover = work; };

/** Shows what a path names, in place of where one is if `replaces` is true. */
export const go = (path, replaces = false) => mover(path, replaces);
