// A definition as text. Reading it is the server's: here it is only written.
const PLAIN = /^(?:[A-Za-z_][\w .@/-]*[\w@/-]|[A-Za-z_]|\d+ (?:day|week|month|year)s?|\d{4}-\d\d-\d\d)$/;
const WORDS = /^(?:true|false|null)$/i;

function scalar(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}

const isPlain = (value) => typeof value !== "object" || value === null || JSON.isRawJSON?.(value);

function lines(object, pad) {
  return Object.entries(object).flatMap(([key, value]) => {
    if (isPlain(value)) return [`${pad}${key}: ${scalar(value)}`];
    if (!Array.isArray(value)) return [`${pad}${key}:`, ...lines(value, `${pad}  `)];
    if (value.every(isPlain)) return [`${pad}${key}: [${value.map(scalar).join(", ")}]`];
    const items = value.flatMap((item) => {
      const [first, ...rest] = lines(item, `${pad}    `);
      return [`${pad}  - ${(first ?? "{}").trimStart()}`, ...rest];
    });
    return [`${pad}${key}:`, ...items];
  });
}

/** The text of a document or of a part of it. */
export const write = (document) => `${lines(document, "").join("\n")}\n`;

/** Whether a text holds comments, which are no part of the document. */
export const hasComments = (text) => /(^|\s)#/m.test(text.replace(/(^|[\s[{,])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')/gm, "$1"));

/** A document from JSON. Numbers that this language cannot hold keep their digits. */
export const read = (json) =>
  JSON.parse(json, (_, value, context) => {
    const isExact = typeof value !== "number" || !context?.source || String(value) === context.source;
    return isExact || !JSON.rawJSON ? value : JSON.rawJSON(context.source);
  });

/** The number that a text is, or the text. */
export function number(text) {
  const plain = text.trim().replace(/^(-?)(\d+),(\d{1,10})$/, "$1$2.$3");
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(plain) ? read(plain) : text;
}

/** How a value stands in a field. */
export const shown = (value) => String(JSON.isRawJSON?.(value) ? value.rawJSON : (value ?? ""));
