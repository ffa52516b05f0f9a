/** Shows that work goes on until it ends. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

export type Report = (line: string) => void;
