// Which column of a table holds what. A name is taken apart into words: config.n_params, "Training FLOP (1e18)", eval/c4/macro_loss.
// The last word that counts says the quantity, the others must not contradict it: tokens_per_second and D/N are no tokens. What two
// columns could equally be is listed, not guessed.

import { shown } from "../check.ts";
import { scaleOf } from "./cells.ts";

export type Quantity = "N" | "D" | "C" | "loss" | "run";

export const QUANTITIES: readonly Quantity[] = ["N", "D", "C", "loss", "run"];
export const MEANING: Readonly<Record<Quantity, string>> = {
  ...{ N: "parameters", D: "tokens", C: "flops", loss: "loss", run: "run" },
};

/** Columns by their place; an array of them is multiplied. */
export interface Recognised {
  readonly N?: readonly number[];
  readonly D?: readonly number[];
  readonly C?: readonly number[];
  readonly loss: readonly number[];
  readonly run?: number;
  /** What the names say a column's numbers are to be multiplied by: 1e6 for "Params (M)". */
  readonly units: Readonly<Partial<Record<Quantity, number>>>;
}

/** At most a few names, however many there are. */
export function listed(names: readonly string[], most = 8): string {
  const some = names
    .slice(0, most)
    .map((name) => shown(name))
    .join(", ");
  return names.length > most ? `${some} and ${names.length - most} more` : some;
}

// said to have no effect, so that a bundle that reads no tables leaves the words below out
/* @__NO_SIDE_EFFECTS__ */
const list = (text: string): string[] => text.split(" ");

/** Usual names without case and punctuation, the most telling first. */
const USUAL: Readonly<Record<Quantity, readonly string[]>> = {
  N: list(
    "n params parameters nparams numparams numparameters modelsize modelparams modelparameters paramcount parametercount size",
  ),
  D: list("d tokens ntokens numtokens trainingtokens traintokens tokensseen totaltokens datasetsize datasize"),
  C: list(
    "c flops flop trainingflops trainingflop trainflops trainflop totalflops totalflop compute trainingcompute computebudget",
  ),
  loss: list(
    "valloss validationloss evalloss finalloss loss testloss trainloss trainingloss finaltrainloss crossentropy l",
  ),
  run: list("run runname runid curve name experiment model"),
};

/* @__NO_SIDE_EFFECTS__ */
const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
/** Words that say the quantity. */
const HEADS = {
  N: words("params param parameters parameter nparams numparams paramcount"),
  D: words("tokens token toks ntokens"),
  C: words("flops flop flos compute"),
  loss: words("loss losses crossentropy nll bpb bpc bpt"),
} as const;
/** Words that may stand beside it. */
const BESIDE = {
  N: words(
    "n num number no of count total model size active activated trainable non embedding embeddings embed emb nonembedding without wo w o precise all the config exact",
  ),
  D: words(
    "n num number no of count total train training trained seen consumed processed used data dataset size the cumulative final",
  ),
  C: words(
    "n num number no of count total train training model budget used spent estimated est the actual cumulative c final",
  ),
  loss: words(
    "val valid validation eval evaluation test train training final last mean avg average smooth smoothed macro micro cross entropy ce lm the model in nats",
  ),
} as const;
/** Words that make it another quantity. */
const NOT = words(
  "per sec second seconds s ratio std stderr sd sem var variance min max lowest highest best layer layers head attn attention ffn mlp body logits logit proj norm update updates gpu hw utilization util mfu aux auxiliary balance balancing router z scale weight diff delta unique distinct vocab batch step steps seq sequence context epoch epochs log ln log10 goal target rank id grad ppl perplexity acc accuracy error err rel relative expert experts dim",
);

/** A column name taken apart. */
interface Name {
  readonly words: readonly string[];
  /** The same without path. */
  readonly leaf: readonly string[];
  /** The leaf's words as one, and all of them. */
  readonly plain: string;
  readonly whole: string;
  /** What stands between / and . of the name. */
  readonly segments: readonly string[];
  readonly unit: number | undefined;
}

const split = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

export const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

function takenApart(name: string): Name {
  let unit: number | undefined;
  const days = /p(eta)?[-_ ]?f(lops?)?([-/_ ]?s)?[-/_ ]?days?/i;
  if (days.test(name)) unit = 8.64e19;
  const text = name.replace(days, " flops ").replace(/[([{]([^()[\]{}]*)[)\]}]/g, (_, inside: string) => {
    const scale = scaleOf(inside.replace(/^\s*(in|×|x)\s*/i, "")) ?? scaleOf(inside.trim().split(/[\s,;]+/)[0] ?? "");
    if (scale !== undefined) unit ??= scale;
    return scale === undefined ? ` ${inside} ` : " ";
  });
  const segments = text.split(/[/.]/).filter((segment) => segment.trim() !== "");
  const leaf = split(segments.at(-1) ?? "");
  const all = segments.flatMap(split);
  // params_m, tokens in billions, total_gflops
  const last = leaf.at(-1) ?? "";
  // a letter alone is a unit only after what it could be the unit of
  const heads =
    leaf.length > 1 &&
    (last.length > 1 || leaf.slice(0, -1).some((w) => w === "size" || Object.values(HEADS).some((set) => set.has(w))));
  if (heads && scaleOf(last) !== undefined && !/flops?$/.test(last)) {
    unit ??= scaleOf(last);
    leaf.pop();
    all.pop();
    if (leaf.at(-1) === "in") {
      leaf.pop();
      all.pop();
    }
  }
  const scaled = /^(kilo|mega|giga|tera|peta|exa|zetta|[kmgtpezy])(flops?)$/;
  for (const list of [leaf, all])
    list.forEach((word, i) => {
      const own = scaled.exec(word);
      if (!own) return;
      unit ??= scaleOf(word);
      list[i] = own[2]!;
    });
  return {
    ...{ words: all, leaf, plain: leaf.join(""), whole: all.join(""), unit },
    segments: segments.map((segment) => plain(segment)),
  };
}

/** How well a name fits a quantity: 0 best, undefined not at all. */
function rank(name: Name, quantity: "N" | "D" | "C" | "loss"): number | undefined {
  // D/N, tokens/param: two quantities are a ratio
  const kinds = (["N", "D", "C", "loss"] as const).filter(
    (kind) => name.words.some((word) => HEADS[kind].has(word)) || name.segments.includes(kind.toLowerCase()),
  );
  if (kinds.length > 1 && !(quantity === "loss" && HEADS.loss.has(name.leaf.at(-1)!))) return undefined;
  const [whole, leaf] = [USUAL[quantity].indexOf(name.whole), USUAL[quantity].indexOf(name.plain)];
  if (whole >= 0) return whole;
  if (name.words.some((word) => NOT.has(word))) return undefined;
  if (leaf >= 0) return leaf + 0.5;
  if (!name.leaf.some((word) => HEADS[quantity].has(word))) return undefined;
  const odd = name.leaf.filter((word) => !HEADS[quantity].has(word) && !BESIDE[quantity].has(word)).length;
  if (quantity !== "loss") return odd > 0 ? 110 : 100;
  const has = (some: readonly string[]) => name.words.some((word) => some.includes(word));
  const kind = has(["val", "valid", "validation", "eval", "evaluation"]) ? 0 : has(["train", "training"]) ? 2 : 1;
  return (odd > 0 ? 110 : 100) + kind + (has(["bpb", "bpc", "bpt"]) ? 3 : 0);
}

/** What multiplied gives tokens. */
const STEPS = words(
  "step steps iteration iterations iters numsteps totalsteps trainsteps trainingsteps maxsteps updates globalstep",
);
const BATCH = words("batchsize bs globalbatchsize batch trainbatchsize");
const BATCH_TOKENS = words("batchtokens tokensperbatch tokensperstep batchsizetokens batchsizeintokens tokbatch");
const LENGTH = words(
  "seqlen sequencelength seqlength contextlength blocksize ctx nctx contextsize ctxlen maxseqlen contextlen seq",
);

/**
 * Finds the columns: those named by the caller ("" unsets one), then by their names.
 * @throws RangeError: a name that is not there, two columns that could equally be meant, too few
 */
export function recognise(
  columns: readonly string[],
  named: Readonly<Partial<Record<Quantity, string>>>,
  warnings: string[],
): Recognised {
  if (!Array.isArray(columns)) throw new TypeError(`columns must be an array of names, got ${shown(columns)}`);
  chart(columns);
  const names = columns.map(takenApart);
  const place = (quantity: Quantity, name: string): number => {
    const exact = columns.flatMap((column, at) => (column === name ? [at] : []));
    const found = exact.length > 0 ? exact : columns.flatMap((c, at) => (plain(c) === plain(name) ? [at] : []));
    if (found.length === 0)
      throw new RangeError(`no column ${shown(name)} for ${MEANING[quantity]}: found ${listed(columns)}`);
    if (found.length > 1) throw new RangeError(`${found.length} columns are named ${shown(name)}: rename all but one`);
    return found[0]!;
  };
  const found: { -readonly [Q in Quantity]?: number } = {};
  const taken = new Set<number>();
  for (const quantity of QUANTITIES) {
    const name = named[quantity];
    if (name === undefined || name === "") continue;
    found[quantity] = place(quantity, name);
    taken.add(found[quantity]!);
  }
  const ambiguous: string[] = [];
  for (const quantity of ["N", "D", "C", "loss"] as const) {
    if (named[quantity] !== undefined) continue;
    const candidates = names
      .map((name, at) => ({ at, rank: rank(name, quantity) }))
      .filter(({ at, rank }) => rank !== undefined && !taken.has(at) && !/__(MIN|MAX)$/.test(columns[at]!))
      .sort((p, q) => p.rank! - q.rank! || p.at - q.at);
    const [best, next] = candidates;
    if (!best) continue;
    if (next && next.rank === best.rank) {
      const equal = candidates.filter((candidate) => candidate.rank === best.rank).map(({ at }) => columns[at]!);
      ambiguous.push(
        `${equal.length} columns could hold the ${MEANING[quantity]}: ${listed(equal)}; name one with columns, as ${quantity}=${equal[0]}`,
      );
      continue;
    }
    found[quantity] = best.at;
    if (next)
      warnings.push(
        `several columns could hold the ${MEANING[quantity]}: took ${shown(columns[best.at]!)}, ` +
          `not ${listed(candidates.slice(1).map(({ at }) => columns[at]!))}`,
      );
    else if (best.rank! >= 110) warnings.push(`took ${shown(columns[best.at]!)} for the ${MEANING[quantity]}`);
  }
  if (named.run === undefined) {
    const run = USUAL.run.map((usual) => names.findIndex(({ plain }, at) => plain === usual && !taken.has(at)));
    const at = run.find((i) => i >= 0 && !Object.values(found).includes(i));
    if (at !== undefined) found.run = at;
  }
  const tokens = found.D === undefined && named.D === undefined ? product(columns, names, warnings) : undefined;
  const have = [found.N, found.D ?? tokens, found.C].filter((at) => at !== undefined).length;
  if (found.loss === undefined) {
    const told = ambiguous.find((text) => text.includes("hold the loss"));
    if (told) throw new RangeError(told);
    const perplexity = columns.find((name) => /ppl|perplexity/i.test(name));
    throw new RangeError(
      perplexity === undefined
        ? `no column holds the loss: found ${listed(columns)}; name it with columns, as loss=NAME`
        : `no column holds the loss, but ${shown(perplexity)} a perplexity: add its logarithm as a column named loss`,
    );
  }
  if (have < 2) {
    if (ambiguous.length > 0) throw new RangeError(ambiguous[0]);
    throw new RangeError(
      `two of parameters, tokens and flops are needed: found ${listed(columns)}; name them with columns, as N=NAME,D=NAME`,
    );
  }
  warnings.push(...ambiguous.map((text) => `${text}; none was taken`));
  const units: Partial<Record<Quantity, number>> = {};
  for (const quantity of ["N", "D", "C"] as const) {
    const unit = found[quantity] === undefined ? undefined : names[found[quantity]!]!.unit;
    if (unit !== undefined && unit !== 1) units[quantity] = unit;
  }
  const one = (at: number | undefined) => (at === undefined ? undefined : [at]);
  const result: { -readonly [K in keyof Recognised]: Recognised[K] } = { loss: [found.loss], units };
  const [N, D, C] = [one(found.N), one(found.D) ?? tokens, one(found.C)];
  if (N) result.N = N;
  if (D) result.D = D;
  if (C) result.C = C;
  if (found.run !== undefined) result.run = found.run;
  return result;
}

/** Steps × batch × sequence, where the table has them. */
function product(columns: readonly string[], names: readonly Name[], warnings: string[]): number[] | undefined {
  const find = (usual: ReadonlySet<string>) => {
    const at = names.findIndex(({ leaf }) => usual.has(leaf.join("")));
    return at < 0 ? undefined : at;
  };
  const steps = find(STEPS);
  const inTokens = find(BATCH_TOKENS);
  const [batch, length] = [find(BATCH), find(LENGTH)];
  const factors =
    steps === undefined
      ? undefined
      : inTokens !== undefined
        ? [steps, inTokens]
        : batch !== undefined && length !== undefined
          ? [steps, batch, length]
          : undefined;
  if (factors) warnings.push(`tokens D = ${factors.map((at) => shown(columns[at]!)).join(" × ")}`);
  return factors;
}

/** A chart exported from Weights & Biases: a column a run, and no word of its size. */
function chart(columns: readonly string[]): void {
  const all = new Set(columns);
  const twins = columns.filter((name) => all.has(`${name}__MIN`) && / - /.test(name));
  if (twins.length === 0) return;
  const runs = twins.map((name) => name.replace(/ - [^-]*$/, ""));
  throw new RangeError(
    `this is a chart of ${twins.length} runs (${listed(runs, 3)}), a column each, without their parameters and tokens: ` +
      "export the table of runs instead, with a column of each and the loss",
  );
}
