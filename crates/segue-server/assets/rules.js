// The rules of a definition as a form. It changes the document that it is given, and draws what is there.
import { number, shown, write } from "./yaml.js";

const BESIDE = ["column", "table", "of", "by", "ignore_case", "where"];
const MANY = ["one_of", "none_of", "contains_any", "contains_all", "contains_none"];
const SPANS = ["in_last", "not_in_last", "in_next"];
const UNITS = ["days", "weeks", "months", "years"];
const PERIODS = ["week", "month", "quarter", "year"];
const CASED = ["is", "is_not", "one_of", "none_of", "contains", "does_not_contain", "starts_with", "ends_with", "matches"];
const FUNCTIONS = ["count", "count_distinct", "sum", "average", "min", "max", "first", "latest"];
const ORDERED = ["number", "date", "time", "moment"];
const HOPS = 4;

/** An element with its properties, listeners (`on…`) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** The operator of a test. */
const operator = (test) => Object.keys(test).find((key) => !BESIDE.includes(key));

function clear(object, keep) {
  for (const key of Object.keys(object)) if (!keep.includes(key)) delete object[key];
}

/** What can be compared with at first. */
function first(op, kind) {
  if (MANY.includes(op) || op === "month_of") return [];
  if (op === "between") return ["", ""];
  if (SPANS.includes(op)) return "30 days";
  if (op === "to_date") return "month";
  if (op === "day_of") return "today";
  if (op === "is_empty" || kind === "boolean") return true;
  return "";
}

/** Whether the value is of a form that this operator has fields for. */
function fits(op, value) {
  if (MANY.includes(op) || op === "month_of") return Array.isArray(value);
  if (op === "between") return Array.isArray(value) && value.length === 2;
  if (SPANS.includes(op)) return /^\d+ \w+$/.test(value);
  return !Array.isArray(value);
}

/** Whether anything is still empty. */
export function isIncomplete(value, key) {
  if (value === "" || value === null) return key !== "name";
  if (Array.isArray(value)) return value.length === 0 || value.some((item) => isIncomplete(item, key));
  return typeof value === "object" && Object.entries(value).some(([inner, item]) => isIncomplete(item, inner));
}

export class Rules {
  /** `edited(key)` is called after each change: with the key of a field that is typed in, or nothing if all is to be drawn. */
  constructor(words, tables, segments, edited) {
    Object.assign(this, { words, tables, segments, edited });
    this.suggestions = new Map();
  }

  say(id) {
    return this.words[id.replaceAll("_", "-")] ?? id;
  }

  draw(doc) {
    this.doc = doc;
    this.table = this.tables.find((table) => table.name === doc.table);
    this.ways = this.waysFrom(doc.table);
    return [this.head(), ...doc.rules.map((rule, index) => this.rule(rule, index)), this.button("builder-add-rule", "/rules/add", () => {
      doc.rules.push({ combine: "union", all: [this.newColumn(this.own())] });
    }, `/rules/${doc.rules.length}`)];
  }

  // What there is to choose from.

  own() {
    return (this.table?.columns ?? []).map((column) => ({ ...column, of: this.doc.table }));
  }

  /** Ways outward from a table, over relationships of many to one, the shortest first. */
  waysFrom(table) {
    const found = [];
    let ends = [{ table, via: [], tables: [] }];
    for (let hop = 0; hop < HOPS && found.length < 200; hop++) {
      ends = ends.flatMap((end) =>
        this.tables.flatMap((many) =>
          many.relationships
            .filter((way) => way.to_table === end.table && !end.via.includes(way.name))
            .map((way) => ({ table: many.name, via: [...end.via, way.name], tables: [...end.tables, many.name] })),
        ),
      );
      found.push(...ends);
    }
    return found;
  }

  /** The way that a condition takes: the only one, or the one that it names. */
  way(condition) {
    const ways = this.ways.filter((way) => way.table === condition.related);
    if (!condition.via) return ways.length === 1 ? ways[0] : ways.sort((a, b) => a.via.length - b.via.length)[0];
    return ways.find((way) => way.via.join() === condition.via.join());
  }

  /** The columns of the rows that a way leads to, and of those on it. */
  along(way) {
    if (!way) return [];
    const of = (name) => this.tables.find((table) => table.name === name)?.columns ?? [];
    const last = of(way.table).map((column) => ({ ...column, of: way.table }));
    const before = [...new Set(way.tables.slice(0, -1))].filter((name) => name !== way.table);
    return [...last, ...before.flatMap((name) => of(name).map((column) => ({ ...column, of: name, table: name })))];
  }

  newColumn(columns) {
    const column = columns[0];
    if (!column) return { column: "", is_empty: false };
    return { column: column.name, ...(column.table && { table: column.table }), ...this.newTest(column) };
  }

  newTest({ kind, operators }) {
    return { [operators[0]]: first(operators[0], kind) };
  }

  // Fields.

  /** A change, and where the keyboard goes on: at the first of these places that is there afterwards. */
  edit(change, ...goals) {
    return () => {
      change();
      if (goals.length > 0) this.goals = goals;
      this.edited();
    };
  }

  button(id, key, change, goal) {
    return h("button", { type: "button", class: "button small", id: key, onclick: this.edit(change, goal) }, `+ ${this.say(id)}`);
  }

  select(key, label, options, value, change) {
    const select = h("select", { id: key, "aria-label": this.say(label) });
    for (const option of options) {
      const [word, text] = Array.isArray(option) ? option : [option, option];
      select.append(h("option", { value: word, selected: word === value }, text));
    }
    if (!options.some((option) => (Array.isArray(option) ? option[0] : option) === value)) {
      const missing = value ? `${value} (${this.say("builder-missing")})` : this.say("builder-choose");
      select.prepend(h("option", { value, selected: true }, missing));
    }
    select.addEventListener("change", () => {
      change(select.value);
      this.edited();
    });
    return select;
  }

  input(key, label, value, change, properties = {}) {
    const input = h("input", { id: key, "aria-label": this.say(label), autocomplete: "off", spellcheck: "false", ...properties });
    input.value = shown(value);
    input.addEventListener("input", () => {
      change(input.value);
      this.edited(key);
    });
    return input;
  }

  /** Lets a field offer the most frequent values of a column, which are asked for once it is entered. */
  suggest(input, column) {
    // What is computed has no values of its own.
    if (!column.of || !["text", "number", "list of text"].includes(column.kind)) return input;
    const id = `values-${column.of}-${column.name}`;
    input.setAttribute("list", id);
    input.addEventListener("focus", async () => {
      if (this.suggestions.has(id)) return;
      this.suggestions.set(id, true);
      const answer = await fetch(`/api/v1/tables/${encodeURIComponent(column.of)}/values?column=${encodeURIComponent(column.name)}`).catch(() => null);
      if (!answer?.ok) return this.suggestions.delete(id);
      const { frequent } = await answer.json();
      document.body.append(h("datalist", { id }, frequent.map(({ value }) => h("option", { value }))));
    });
    return input;
  }

  // Rules and groups.

  head() {
    const tables = this.tables.filter((table) => table.key).map((table) => table.name);
    return h("div", { class: "card pair" },
      h("div", { class: "field" }, h("label", { for: "/table" }, this.say("builder-profiles")),
        this.select("/table", "builder-profiles", tables, this.doc.table, (table) => (this.doc.table = table))),
      h("div", { class: "field" }, h("label", { for: "/time_zone" }, this.say("builder-time-zone")),
        this.input("/time_zone", "builder-time-zone", this.doc.time_zone ?? "UTC", (zone) => (this.doc.time_zone = zone), { list: "zones" }),
        h("datalist", { id: "zones" }, (Intl.supportedValuesOf?.("timeZone") ?? []).map((value) => h("option", { value })))));
  }

  rule(rule, index) {
    const rules = this.doc.rules;
    const at = `/rules/${index}`;
    const title = h("span", { class: "name" }, `${this.say("builder-rule")} ${index + 1}`);
    const combine = index === 0
      ? h("span", {}, this.say("builder-combine-first"))
      : this.select(`${at}/combine`, "builder-combine", ["union", "intersect", "except"].map((word) => [word, this.say(`builder-combine-${word}`)]),
          rule.combine ?? "union", (word) => (rule.combine = word));
    const move = (to) => () => {
      rules.splice(to, 0, ...rules.splice(index, 1));
      // The first has nothing before it.
      delete rules[0].combine;
      rules.slice(1).forEach((later) => (later.combine ??= "union"));
    };
    const tools = h("span", { class: "tools" },
      this.tool("↑", "builder-up", move(index - 1), `${at}/up`, index === 0, `/rules/${index - 1}/up`, `/rules/${index - 1}/down`),
      this.tool("↓", "builder-down", move(index + 1), `${at}/down`, index === rules.length - 1, `/rules/${index + 1}/down`, `/rules/${index + 1}/up`),
      this.tool("✕", "builder-remove", () => {
        rules.splice(index, 1);
        delete rules[0].combine;
      }, `${at}/remove`, rules.length === 1, at, `/rules/${index - 1}`));
    const name = this.input(`${at}/name`, "builder-name", rule.name, (text) => {
      if (text) rule.name = text;
      else delete rule.name;
    }, { placeholder: this.say("builder-name"), class: "rule-name" });
    return h("section", { class: "card rule stack-small", "data-at": at, "aria-label": `${this.say("builder-rule")} ${index + 1}` },
      h("div", { class: "rule-head" }, title, name, tools), this.group(rule, at, this.own(), combine, false));
  }

  tool(sign, id, change, key, disabled, ...goals) {
    return h("button", { type: "button", class: "tool", id: key, title: this.say(id), "aria-label": this.say(id), disabled, onclick: this.edit(change, ...goals) }, sign);
  }

  /** A group with its conditions. In a `where`, only columns can be asked about. */
  group(group, at, columns, lead, isWhere) {
    const joined = group.all ? "all" : "any";
    const items = group[joined];
    const choice = this.select(`${at}/joined`, "builder-joined", ["all", "any"].map((word) => [word, this.say(`builder-${word}`)]), joined, (word) => {
      group[word] = items;
      delete group[joined];
    });
    const [places, more] = [`${at}/${joined}`, `${at}/add-condition`];
    const add = (id, item) => this.button(`builder-${id}`, `${at}/${id}`, () => items.push(item()), `${places}/${items.length}`);
    const away = (index) => this.tool("✕", "builder-remove", () => items.splice(index, 1), `${places}/${index}/remove`, items.length === 1,
      `${places}/${index}`, `${places}/${index - 1}`, more);
    const first = this.ways.toSorted((a, b) => a.via.length - b.via.length)[0];
    const segments = this.others();
    return h("div", { class: "stack-small" },
      h("div", { class: "row-line" }, lead, choice),
      h("ul", { class: "conditions" }, items.map((item, index) =>
        h("li", { "data-at": `${places}/${index}` }, this.condition(item, `${places}/${index}`, columns, isWhere, away(index))))),
      h("div", { class: "actions" },
        add("add-condition", () => this.newColumn(columns)),
        !isWhere && first && add("add-related", () => ({ ...this.led(first), has: "any" })),
        !isWhere && segments.length > 0 && add("add-segment", () => ({ member_of: segments[0] })),
        !isWhere && this.table?.conditions.length > 0 && add("add-named", () => ({ condition: this.table.conditions[0].name })),
        add("add-group", () => ({ [joined === "all" ? "any" : "all"]: [this.newColumn(columns)] }))));
  }

  others() {
    return this.segments.filter((segment) => segment.table === this.doc.table).map((segment) => segment.name);
  }

  condition(item, at, columns, isWhere, away) {
    const line = (...fields) => h("div", { class: "row-line" }, fields, away);
    if (item.all || item.any) return h("div", { class: "nested" }, this.group(item, at, columns, away, isWhere));
    if ("column" in item) {
      const fields = this.column(item, at, columns);
      return fields ? line(...fields) : this.locked(item, away);
    }
    if ("related" in item && !isWhere) {
      const fields = this.related(item, at);
      if (!fields) return this.locked(item, away);
      return [line(...fields), this.where(item, at)];
    }
    for (const [key, other, word] of [["member_of", "not_member_of", "builder-member"], ["not_member_of", "member_of", "builder-not-member"]]) {
      if (!(key in item)) continue;
      const swap = () => {
        item[other] = item[key];
        delete item[key];
      };
      return line(
        this.select(`${at}/is`, "builder-operator", [["member_of", this.say("builder-member")], ["not_member_of", this.say("builder-not-member")]], key, swap),
        this.select(`${at}/segment`, "builder-segment", this.others(), item[key], (name) => (item[key] = name)));
    }
    if ("condition" in item) {
      const names = this.table?.conditions.map((condition) => condition.name) ?? [];
      return line(h("span", {}, this.say("builder-named")), this.select(`${at}/condition`, "builder-named", names, item.condition, (name) => (item.condition = name)));
    }
    return this.locked(item, away);
  }

  /** What this form cannot show is shown as it is, and kept. */
  locked(item, away) {
    return h("div", { class: "locked" }, h("pre", { class: "small" }, write(item)), h("p", { class: "hint" }, this.say("builder-locked")), away);
  }

  // Conditions.

  column(item, at, columns) {
    const index = columns.findIndex((column) => column.name === item.column && column.table === item.table);
    const options = columns.map((column, place) => [String(place), column.table ? `${column.table} · ${column.name}` : column.name]);
    const choice = this.select(`${at}/column`, "builder-column", options, index < 0 ? item.column : String(index), (place) => {
      const column = columns[Number(place)];
      if (!column) return;
      const [op, value] = [operator(item), item[operator(item)]];
      const keeps = column.operators.includes(op) && columns[index]?.kind === column.kind;
      clear(item, []);
      Object.assign(item, { column: column.name, ...(column.table && { table: column.table }) }, keeps ? { [op]: value } : this.newTest(column));
    });
    const column = columns[index];
    if (!column) return [choice, h("code", { class: "small" }, write({ [operator(item) ?? ""]: item[operator(item)] ?? "" }).trim())];
    const test = this.test(item, at, column);
    return test && [choice, ...test];
  }

  /** The operator of a test and the fields of what it compares with; nothing if there are none for it. */
  test(test, at, column) {
    const op = operator(test);
    if (!column.operators.includes(op) || !fits(op, test[op])) return undefined;
    const words = column.operators.filter((word) => word !== "is_empty").map((word) => [word, this.say(`segments-op-${word}`)]);
    if (column.operators.includes("is_empty")) words.push(["is_empty", this.say("segments-op-is-empty")], ["is_not_empty", this.say("segments-op-is-not-empty")]);
    const now = op === "is_empty" && test[op] === false ? "is_not_empty" : op;
    const choice = this.select(`${at}/operator`, "builder-operator", words, now, (word) => {
      const [next, value] = word === "is_not_empty" ? ["is_empty", false] : [word, word === "is_empty" ? true : undefined];
      const before = test[op];
      const cased = test.ignore_case;
      clear(test, BESIDE.filter((key) => key !== "ignore_case"));
      test[next] = value ?? (fits(next, before) && this.stays(op, next) ? before : first(next, column.kind));
      if (cased && CASED.includes(next)) test.ignore_case = true;
    });
    const fields = [choice, ...this.value(test, op, `${at}/${op}`, column)];
    if (column.kind === "text" && CASED.includes(op)) {
      const box = h("input", { type: "checkbox", id: `${at}/ignore_case`, checked: test.ignore_case === true, onchange: this.edit(() => {
        if (test.ignore_case) delete test.ignore_case;
        else test.ignore_case = true;
      }) });
      fields.push(h("label", { class: "choice small" }, box, h("span", {}, this.say("builder-ignore-case"))));
    }
    return fields;
  }

  /** Whether what one operator compares with means the same to another. */
  stays(op, next) {
    const group = (word) => (SPANS.includes(word) ? 1 : MANY.includes(word) ? 2 : ["to_date", "day_of", "month_of", "is_empty", "between"].includes(word) ? word : 3);
    return group(op) === group(next);
  }

  value(test, op, at, column) {
    const { kind } = column;
    if (op === "is_empty") return [];
    if (kind === "boolean") return [this.select(at, "builder-value", [["true", this.say("yes")], ["false", this.say("no")]], String(test[op]), (word) => (test[op] = word === "true"))];
    if (MANY.includes(op)) return [this.many(test, op, at, column)];
    if (op === "between") return [this.one(test[op], 0, `${at}/0`, column, "builder-from"), h("span", {}, this.say("builder-and")), this.one(test[op], 1, `${at}/1`, column, "builder-to")];
    if (SPANS.includes(op)) return this.span(test, op, at);
    if (op === "to_date") return [this.select(at, "builder-unit", PERIODS.map((word) => [word, this.say(`segments-period-${word}`)]), test[op], (word) => (test[op] = word))];
    if (op === "month_of") return [this.months(test, op, at)];
    if (op === "day_of") return this.day(test, op, at);
    return [this.one(test, op, at, column)];
  }

  one(holder, key, at, column, label = "builder-value") {
    const { kind } = column;
    const isDay = kind === "date" || (["time", "moment"].includes(kind) && /^(\d{4}-\d\d-\d\d)?$/.test(holder[key]));
    const properties = kind === "number" ? { inputmode: "decimal" } : isDay ? { type: "date" } : {};
    return this.suggest(this.input(at, label, holder[key], (text) => (holder[key] = kind === "number" ? number(text) : text), properties), column);
  }

  many(test, op, at, column) {
    const take = (text) => (column.kind === "number" ? number(text) : text);
    const input = this.suggest(h("input", { id: at, "aria-label": this.say("builder-value"), placeholder: this.say("builder-values-hint"), autocomplete: "off" }), column);
    const add = (texts) => {
      const known = test[op].map(shown);
      const news = texts.map((text) => text.trim()).filter((text, index, all) => text && !known.includes(text) && all.indexOf(text) === index);
      if (news.length === 0) return;
      test[op].push(...news.map(take));
      this.edited();
    };
    input.addEventListener("change", () => add([input.value]));
    input.addEventListener("paste", (event) => {
      const texts = event.clipboardData.getData("text").split(/\r?\n/);
      if (texts.length < 2) return;
      event.preventDefault();
      add(texts);
    });
    const chips = test[op].slice(0, 200).map((value, index) =>
      h("button", { type: "button", class: "chip", id: `${at}/item/${index}`, "aria-label": `${this.say("builder-item")}: ${shown(value)}`,
        onclick: this.edit(() => test[op].splice(index, 1), `${at}/item/${index}`, `${at}/item/${index - 1}`, at) }, shown(value), h("span", { "aria-hidden": "true" }, " ✕")));
    const rest = test[op].length > 200 && h("span", { class: "soft small" }, `+ ${test[op].length - 200}`);
    return h("div", { class: "chips" }, chips, rest, input);
  }

  span(test, op, at) {
    const [count, unit] = test[op].split(" ");
    const put = (many, of) => (test[op] = many ? `${many} ${many === "1" ? of.replace(/s$/, "") : of}` : "");
    const plural = unit.endsWith("s") ? unit : `${unit}s`;
    return [
      this.input(`${at}/count`, "builder-span", count, (text) => put(text.replace(/\D/g, "").replace(/^0+/, "").slice(0, 5) || "1", plural), { inputmode: "numeric", class: "short" }),
      this.select(`${at}/unit`, "builder-unit", UNITS.map((word) => [word, this.say(`builder-unit-${word}`)]), plural, (word) => put(test[op].split(" ")[0], word)),
    ];
  }

  months(test, op, at) {
    const months = [...Array(12).keys()].map((index) => index + 1);
    return h("fieldset", { class: "months", "aria-label": this.say("builder-month") }, months.map((month) => {
      const box = h("input", { type: "checkbox", id: `${at}/${month}`, checked: test[op].includes(month), onchange: this.edit(() => {
        test[op] = months.filter((one) => (one === month ? !test[op].includes(one) : test[op].includes(one)));
      }) });
      return h("label", { class: "choice small" }, box, h("span", {}, this.say(`month-${month}`)));
    }));
  }

  day(test, op, at) {
    const isToday = test[op] === "today";
    const fields = [this.select(at, "builder-day", [["today", this.say("segments-today")], ["day", this.say("builder-day")]], isToday ? "today" : "day", (word) => (test[op] = word === "today" ? word : ""))];
    if (!isToday) fields.push(this.input(`${at}/day`, "builder-day", test[op], (text) => (test[op] = text), { placeholder: "12-24", class: "short" }));
    return fields;
  }

  // Rows of related tables.

  /** The keys of a condition that takes this way. */
  led(way) {
    const isOnly = this.ways.filter((other) => other.table === way.table).length === 1;
    return { related: way.table, ...(!isOnly && { via: way.via }) };
  }

  related(item, at) {
    const ways = this.ways.filter((way) => way.via.length <= HOPS);
    const options = ways.map((way, index) => {
      const isOnly = ways.filter((other) => other.table === way.table).length === 1;
      return [String(index), isOnly ? way.table : `${way.table} (${way.via.join(" → ")})`];
    });
    const way = this.way(item);
    const columns = this.along(way).filter((column) => !column.table);
    const asked = item.has !== undefined ? "has" : FUNCTIONS.find((name) => item[name] !== undefined);
    if (!asked || !way) return undefined;
    const where = this.select(`${at}/related`, "builder-related", options, String(ways.indexOf(way)), (index) => {
      clear(item, []);
      Object.assign(item, this.led(ways[Number(index)]), { has: "any" });
    });
    const able = FUNCTIONS.filter((name) => name === "count" || this.able(name, columns).length > 0);
    const functions = [["any", this.say("builder-has-any")], ["none", this.say("builder-has-none")], ...able.map((name) => [name, this.say(`builder-function-${name}`)])];
    const choice = this.select(`${at}/function`, "builder-function", functions, asked === "has" ? item.has : asked, (word) => {
      const kept = item.where;
      clear(item, ["related", "via"]);
      if (word === "any" || word === "none") item.has = word;
      else item[word] = this.newFunction(word, columns);
      if (kept) item.where = kept;
    });
    const fields = [h("span", {}, this.say("builder-related")), where, choice];
    return asked === "has" ? fields : this.computed(item, asked, `${at}/${asked}`, columns, fields);
  }

  /** The columns that a function can be computed of. */
  able(name, columns) {
    if (name === "sum" || name === "average") return columns.filter((column) => column.kind === "number");
    const kinds = ["text", "boolean", ...ORDERED].filter((kind) => kind !== "boolean" || !["min", "max"].includes(name));
    const able = columns.filter((column) => kinds.includes(column.kind));
    const isOrdered = !["first", "latest"].includes(name) || columns.some((column) => ORDERED.includes(column.kind));
    return isOrdered ? able : [];
  }

  newFunction(name, columns) {
    if (name === "count") return { at_least: 1 };
    const of = this.able(name, columns)[0];
    const by = columns.find((column) => ["date", "time", "moment"].includes(column.kind)) ?? columns.find((column) => ORDERED.includes(column.kind));
    const result = this.result(name, of);
    const beside = ["first", "latest"].includes(name) ? { of: of.name, by: by.name } : { of: of.name };
    return { ...beside, ...(result.kind === "number" ? { at_least: "" } : this.newTest(result)) };
  }

  /** What a function computes, as a column. */
  result(name, of) {
    if (["min", "max", "first", "latest"].includes(name)) return of;
    return { kind: "number", operators: this.words.numbers };
  }

  computed(item, name, at, columns, fields) {
    const test = item[name];
    const able = name === "count" ? [] : this.able(name, columns);
    const of = able.find((column) => column.name === test.of);
    if (name !== "count") {
      fields.push(this.select(`${at}/of`, "builder-of", able.map((column) => column.name), test.of, (column) => {
        const next = able.find((known) => known.name === column);
        test.of = column;
        if (of?.kind === next.kind || ["sum", "average", "count_distinct"].includes(name)) return;
        clear(test, ["of", "by"]);
        Object.assign(test, this.newTest(next));
      }));
      if (!of) return undefined;
    }
    if ("by" in test) {
      const orders = columns.filter((column) => ORDERED.includes(column.kind)).map((column) => column.name);
      fields.push(h("span", {}, this.say("builder-by")), this.select(`${at}/by`, "builder-by", orders, test.by, (column) => (test.by = column)));
    }
    const result = this.test(test, at, this.result(name, of));
    return result && [...fields, ...result];
  }

  where(item, at) {
    const columns = this.along(this.way(item));
    if (!item.where) {
      return h("div", { class: "actions nested" }, this.button("builder-where-add", `${at}/where-add`, () => (item.where = { all: [this.newColumn(columns)] }), `${at}/where`));
    }
    const lead = [this.tool("✕", "builder-remove", () => delete item.where, `${at}/where/remove`, false, `${at}/where-add`), h("span", {}, this.say("builder-where"))];
    return h("div", { class: "nested", "data-at": `${at}/where` }, this.group(item.where, `${at}/where`, columns, lead, true));
  }
}
