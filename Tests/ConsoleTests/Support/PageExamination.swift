/// Looks over a page as somebody would who sees little or hears it read.
enum PageExamination {
  /// Gives what is wrong: text of too little contrast, what has no name or no place, what is too
  /// wide.
  static let script = """
    const faults = [];
    const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
      for (let one = element; one; one = one.parentElement) {
        const colour = numbers(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const isShown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
    for (const element of document.querySelectorAll("body *")) {
      const style = getComputedStyle(element);
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!hasText || !isShown(element) || parseFloat(style.fontSize) === 0 || element.disabled) continue;
      if (element.matches(".skip")) continue;
      const [a, b] = [light(numbers(style.color)), light(ground(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
    }
    for (const element of document.querySelectorAll("button, a, input, select, textarea, dialog, section[aria-label]")) {
      if (!isShown(element)) continue;
      const name = element.getAttribute("aria-label") || element.textContent.trim() || element.title
        || [...(element.labels || [])].map((label) => label.textContent.trim()).join("");
      if (!name) faults.push(`no name: ${element.outerHTML.slice(0, 80)}`);
    }
    const homes = { option: "listbox", row: "table, [role=rowgroup]", cell: "[role=row]", columnheader: "[role=row]", rowgroup: "[role=table]" };
    for (const [role, home] of Object.entries(homes)) {
      for (const element of document.querySelectorAll(`[role=${role}]`)) {
        if (!element.parentElement.closest(home.includes("[") ? home : `[role=${home}]`)) faults.push(`${role} out of place`);
      }
    }
    for (const element of document.querySelectorAll("[id]")) {
      if (document.querySelectorAll(`[id="${element.id}"]`).length > 1) faults.push(`twice: ${element.id}`);
    }
    for (const name of ["aria-controls", "aria-activedescendant"]) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        if (!document.getElementById(element.getAttribute(name))) faults.push(`${name} leads nowhere`);
      }
    }
    for (const element of document.querySelectorAll("img, svg")) {
      const isNamed = element.alt || element.getAttribute("aria-label") || element.closest("[aria-hidden=true]");
      if (!isNamed) faults.push(`a picture without words: ${element.outerHTML.slice(0, 60)}`);
    }
    for (const element of document.querySelectorAll("[aria-hidden=true] :is(a, button, input, [tabindex])")) faults.push(`hidden but reached: ${element.outerHTML.slice(0, 60)}`);
    // A finger needs room; the numbers of lines and what stands in a sentence are reached otherwise.
    if (innerWidth < 500) for (const element of document.querySelectorAll("button, .top a, input:not([type=checkbox]), select")) {
      if (!isShown(element) || element.matches(".link, .diff button, .skip")) continue;
      const { width, height } = element.getBoundingClientRect();
      if (Math.min(width, height) < 24) faults.push(`too small for a finger: ${element.outerHTML.slice(0, 60)} ${width}x${height}`);
    }
    let level = 1;
    for (const element of document.querySelectorAll("h1, h2, h3, h4")) {
      if (!isShown(element) || element.closest("dialog, .markdown")) continue;
      if (Number(element.tagName[1]) > level + 1) faults.push(`a heading too deep: ${element.textContent.slice(0, 40)}`);
      level = Number(element.tagName[1]);
    }
    if (document.querySelectorAll("h1").length !== 1) faults.push("not one heading");
    if (!document.documentElement.lang || !document.querySelector("main")) faults.push("no language or main part");
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`too wide: ${document.documentElement.scrollWidth}`);
    return faults;
    """
}
