// What a browser tells of itself and its machine, in a line.

/** Of the user-agent hints, which only some browsers have. */
interface Hints {
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
  readonly platform: string;
}

export function machine(): string {
  const { userAgentData, userAgent, hardwareConcurrency } = navigator as Navigator & { userAgentData?: Hints };
  const cores = hardwareConcurrency ? `${hardwareConcurrency} logical processors` : "";
  const date = new Date().toISOString().slice(0, 10);
  return [...(userAgentData ? hinted(userAgentData) : [spelt(userAgent)]), cores, date].filter(Boolean).join(" · ");
}

/** Of the brands one is the engine's, one the product's, and one is noise. */
function hinted({ brands, platform }: Hints): string[] {
  const real = brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand.replaceAll(/\W/g, " ")));
  const named = real.find(({ brand }) => brand !== "Chromium") ?? real[0];
  return [named ? `${named.brand} ${named.version}` : "", platform];
}

/** Firefox 128, Safari 17.4, or nothing. */
function spelt(userAgent: string): string {
  const [, version] = /Version\/([\d.]+).*Safari/.exec(userAgent) ?? [];
  return version ? `Safari ${version}` : (/(Firefox|Chrome)\/[\d.]+/.exec(userAgent)?.[0].replace("/", " ") ?? "");
}
