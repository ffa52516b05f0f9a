export interface Task {
  readonly kind: "configMap" | "endpointSlice" | "ingress" | "namespace" | "secret" | "service";
  /** `namespace/name`; of a namespace, its name. */
  readonly key: string;
}

/** What has changed and is to be looked at, one thing at a time; what waits already is not added again. */
export class TaskQueue {
  readonly #waiting = new Map<string, Task>();
  #wake: () => void = () => {};

  get length(): number {
    return this.#waiting.size;
  }

  add(task: Task): void {
    this.#waiting.set(`${task.kind} ${task.key}`, task);
    this.#wake();
  }

  async run(handle: (task: Task) => Promise<void>, signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake());
    while (!signal.aborted) {
      const [next] = this.#waiting;
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const [name, task] = next;
      this.#waiting.delete(name);
      await handle(task);
    }
  }
}
