// Preloaded into a command line under test: its largest memory, in megabytes, as the last line of stderr.
process.on("exit", () => {
  require("node:fs").writeSync(2, `\nMB ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
});
