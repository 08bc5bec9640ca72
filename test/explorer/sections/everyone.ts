// Accessible, and no wider than the window.

import { describe, it } from "vitest";
import { expectAccessible, open, page } from "../browser.ts";

const LOOKS = [
  { name: "wide", width: 1440, height: 900, colorScheme: "light" },
  { name: "dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
  { name: "dynamics", width: 1440, height: 900, colorScheme: "dark", search: "?view=dynamics", card: "losses" },
  { name: "schedules", width: 1440, height: 900, colorScheme: "light", search: "?view=schedules", card: "losses" },
  {
    name: "schedules on a phone",
    width: 390,
    height: 844,
    colorScheme: "dark",
    search: "?view=schedules&knots=0*1_0.5*3_1*0",
    card: "losses",
  },
] as const;

type Look = (typeof LOOKS)[number]["name"];

export function everyone(looks: readonly Look[]): void {
  describe("for everyone", () => {
    it.each(LOOKS.filter(({ name }) => looks.includes(name)))(
      "has no serious axe violation and does not scroll sideways: $name",
      async ({
        width,
        height,
        colorScheme,
        search = "",
        card = "frontier",
      }: {
        width: number;
        height: number;
        colorScheme: "light" | "dark";
        search?: string;
        card?: string;
      }) => {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        await open(search, card);
        await expectAccessible();
      },
    );
  });
}
