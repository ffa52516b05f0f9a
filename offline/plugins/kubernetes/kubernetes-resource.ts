import type { PropertyMap } from "../property-value.ts";
import type {
  Checked,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  Found,
  ReadRequest,
  Resource,
  UpdateRequest,
} from "../provider.ts";
import { check } from "./check.ts";
import { create } from "./create.ts";
import { deleteObject } from "./delete.ts";
import { diff } from "./diff.ts";
import { read } from "./read.ts";
import type { Site } from "./site.ts";
import { update } from "./update.ts";

/** Objects of one kind in a cluster. */
export class KubernetesResource implements Resource {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  check(request: CheckRequest): Promise<Checked> {
    return check(this.#site.cluster, this.#site.kind, request);
  }

  diff(request: DiffRequest): Promise<Difference> {
    return diff(this.#site.cluster, this.#site.kind, request);
  }

  create(request: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    return create(this.#site, request);
  }

  read(request: ReadRequest): Promise<Found | null> {
    return read(this.#site, request);
  }

  update(request: UpdateRequest): Promise<PropertyMap> {
    return update(this.#site, request);
  }

  delete(request: DeleteRequest): Promise<void> {
    return deleteObject(this.#site, request);
  }
}
