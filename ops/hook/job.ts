/** A deployment that an event asked for. */
export interface Job {
  /** That of the event. */
  readonly id: string;
  readonly pipeline: number;
  readonly stack: string;
  /** Stack whose image is promoted; undefined deploys that of the pipeline. */
  readonly from: string | undefined;
  readonly ref: string;
  readonly sha: string;
  /** Number of the pipeline in its project; absent where the event did not say. */
  readonly sequence?: number;
  /** Number of the pipeline's job that built the image; absent where none is needed, as for a promotion. */
  readonly builder?: number;
  /** When it was accepted. */
  readonly at: string;
}

/** What became of it. */
export type Outcome =
  | { readonly result: "deployed"; readonly image?: string; readonly url?: string }
  | {
      readonly result: "failed";
      readonly why: string;
      /** A promotion of what the other stack had not released, which may be about to. */
      readonly early?: boolean;
    }
  | { readonly result: "dropped"; readonly why: string };

/** A process that deploys, so that one of a server that was killed is known again. */
export interface Worker {
  readonly pid: number;
  readonly began: string;
}

/** `main` of pipeline 42, in words. */
export const nameOf = ({ ref, pipeline, sha, stack }: Job) =>
  `${ref} ${sha.slice(0, 12)} (pipeline ${pipeline}) to ${stack}`;
