import type { EngineEvent, OpType } from "@pulumi/pulumi/automation/index.js";
import { say } from "./progress.ts";
import { nameInUrn } from "./state/urn.ts";

const SIGNS: Partial<Record<OpType, string>> = {
  create: "+ created",
  "create-replacement": "+ created anew",
  update: "~ changed",
  delete: "- deleted",
  "delete-replaced": "- deleted the old one of",
};

/** Shows what the engine does, a line for each thing that changed, and the errors in full. */
export class Report {
  readonly #started = new Map<string, number>();
  #changes = 0;
  #errors = 0;

  /** How many things were created, changed or deleted. */
  get changes(): number {
    return this.#changes;
  }

  /** How many errors were shown. */
  get errors(): number {
    return this.#errors;
  }

  readonly onEvent = (event: EngineEvent): void => {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    if (resourcePreEvent) {
      const { op, urn } = resourcePreEvent.metadata;
      this.#started.set(`${op} ${urn}`, Date.now());
    }
    if (resOutputsEvent) this.#finished(resOutputsEvent.metadata.op, resOutputsEvent.metadata.urn);
    if (resOpFailedEvent) say(`  ! failed: ${nameInUrn(resOpFailedEvent.metadata.urn)}`);
    if (diagnosticEvent) this.#diagnostic(diagnosticEvent);
  };

  #finished(op: OpType, urn: string): void {
    const sign = SIGNS[op];
    if (sign === undefined || isContainer(urn)) return;
    this.#changes += 1;
    const began = this.#started.get(`${op} ${urn}`) ?? Date.now();
    say(`  ${sign} ${nameInUrn(urn)} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }

  #diagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    if (event.ephemeral || !["error", "warning"].includes(event.severity)) return;
    const text = event.message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    if (text === "" || text === "update failed") return;
    if (event.severity === "error") this.#errors += 1;
    const where = event.urn === undefined || event.urn === "" ? "" : `${nameInUrn(event.urn)}: `;
    say(`\n${event.severity}: ${where}${text}\n`);
  }
}

/** Components and providers are no things of their own: what is in them is shown. */
function isContainer(urn: string): boolean {
  return /^(slipway|pulumi):/.test(typeOf(urn));
}

const typeOf = (urn: string): string => urn.split("::").at(-2)?.split("$").at(-1) ?? "";
