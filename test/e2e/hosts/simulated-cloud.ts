import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { succeed } from "../../hosts/succeed.ts";
import { TestHost } from "../../hosts/test-host.ts";
import { TestNetwork } from "../../hosts/test-network.ts";
import { until } from "../until.ts";
import { CloudPostgres } from "./cloud-postgres.ts";
import { provideImagesWithDocker } from "./host-images.ts";

interface Disk {
  readonly file: string;
  /** While it is attached: the machine's key, and the device that it is there. */
  attached?: { readonly machine: string; readonly device: string };
}

/** What a machine is like before it boots for the first time. */
export type Prepare = (host: TestHost) => Promise<unknown>;

const DISK_MEBIBYTES = 512;

/**
 * What a cloud has, each thing by a key of its own: machines that are test hosts, addresses that any of
 * them can be given, and disks that are seen by the machine that they are attached to and no other.
 */
export class SimulatedCloud {
  readonly #network: TestNetwork;
  readonly #prepare: Prepare;
  readonly #machines = new Map<string, TestHost>();
  readonly #disks = new Map<string, Disk>();
  readonly #databases = new Map<string, CloudPostgres>();
  readonly #addresses = new Set<string>();

  private constructor(network: TestNetwork, prepare: Prepare) {
    this.#network = network;
    this.#prepare = prepare;
  }

  /** @param prepare by default a machine that gets the images which it can't pull. */
  static async make(prepare: Prepare = provideImagesWithDocker): Promise<SimulatedCloud> {
    const network = await TestNetwork.make();
    await detachLeftovers();
    return new SimulatedCloud(network, prepare);
  }

  /** For what a test keeps as long as the cloud. */
  get folder(): string {
    return this.#network.folder;
  }

  /** Of what the machines reach on this one. */
  get gateway(): string {
    return this.#network.gateway;
  }

  /** The only database that it runs. */
  get database(): CloudPostgres {
    return only([...this.#databases.values()], "database");
  }

  /** What there is, as a bill would list it. */
  get things(): string[] {
    return [...[...this.#machines.keys()].map((key) => `machine ${key}`), ...this.lasting];
  }

  /** The same without machines. */
  get lasting(): string[] {
    return [
      ...[...this.#disks.keys()].map((key) => `disk ${key}`),
      ...[...this.#databases.keys()].map((key) => `database ${key}`),
      ...[...this.#addresses].map((address) => `address ${address}`),
    ];
  }

  /** The only machine, from within. */
  async inside(...command: string[]): Promise<string> {
    return await only([...this.#machines.values()], "machine").inside(command);
  }

  /** Returns when it boots; cloud-init goes on. @returns the machine's own address. */
  async createMachine(key: string, userData: string): Promise<string> {
    const host = await TestHost.start({ variant: "cloud", network: this.#network });
    this.#machines.set(key, host);
    await this.#prepare(host);
    await host.bootFirst(userData);
    return host.address;
  }

  async deleteMachine(key: string): Promise<void> {
    await this.#machine(key).remove();
    this.#machines.delete(key);
    for (const disk of this.#disks.values()) {
      if (disk.attached?.machine === key) await detach(disk);
    }
  }

  createAddress(): string {
    const address = this.#network.nextAddress();
    this.#addresses.add(address);
    return address;
  }

  deleteAddress(address: string): void {
    if (!this.#addresses.delete(address)) throw new Error(`There is no address ${address}.`);
  }

  async assign(address: string, machine: string): Promise<void> {
    if (!this.#addresses.has(address)) throw new Error(`There is no address ${address}.`);
    await this.#machine(machine).inside(changeAddress("add", address));
  }

  async unassign(address: string, machine: string): Promise<void> {
    await this.#machine(machine).inside(changeAddress("delete", address));
  }

  /**
   * @param administrator the role that the customer is given, with this password.
   * @param front from where what ends TLS in front of it comes.
   */
  async createDatabase(
    key: string,
    administrator: string,
    password: string,
    front?: string,
  ): Promise<CloudPostgres> {
    const address = this.#network.nextAddress();
    const folder = join(this.folder, `database-${this.#databases.size}`);
    const options = this.#network.at(address);
    const of = { options, address, folder, administrator, password };
    const before = front === undefined ? {} : { front };
    const database = await CloudPostgres.start({ ...of, ...before });
    this.#databases.set(key, database);
    return database;
  }

  async deleteDatabase(key: string): Promise<void> {
    await this.#databases.get(key)?.remove();
    if (!this.#databases.delete(key)) throw new Error(`There is no database ${key}.`);
  }

  createDisk(key: string): void {
    const file = join(this.folder, `disk-${this.#disks.size}-${basename(key)}`);
    writeFileSync(file, "");
    truncateSync(file, DISK_MEBIBYTES * 1024 * 1024);
    this.#disks.set(key, { file });
  }

  deleteDisk(key: string): void {
    const disk = this.#disk(key);
    if (disk.attached) throw new Error(`The disk ${key} is attached to a machine.`);
    rmSync(disk.file);
    this.#disks.delete(key);
  }

  /** @param link how the machine names it, below /dev/disk/by-id. */
  async attach(key: string, machine: string, link: string): Promise<void> {
    const disk = this.#disk(key);
    if (disk.attached) throw new Error(`The disk ${key} is attached to a machine already.`);
    // The machine that had it may just be going.
    const isFree = async () => (await succeed("losetup", ["--associated", disk.file])) === "";
    await until(isFree, "the machine that had the disk lets go of it");
    const device = await succeed("losetup", ["--find", "--show", disk.file]);
    disk.attached = { machine, device };
    const path = `/dev/disk/by-id/${link}`;
    const show = `mkdir -p /dev/disk/by-id && ln -sf ${device} ${path}`;
    await this.#machine(machine).inside(["sh", "-c", show]);
  }

  async detach(key: string): Promise<void> {
    await detach(this.#disk(key));
  }

  /** Removes all that there is. */
  async remove(): Promise<void> {
    for (const machine of this.#machines.keys()) await this.deleteMachine(machine);
    await this.#network.remove();
  }

  #machine(key: string): TestHost {
    const machine = this.#machines.get(key);
    if (machine === undefined) throw new Error(`There is no machine ${key}.`);
    return machine;
  }

  #disk(key: string): Disk {
    const disk = this.#disks.get(key);
    if (disk === undefined) throw new Error(`There is no disk ${key}.`);
    return disk;
  }
}

function only<T>([first, ...others]: T[], what: string): T {
  if (first === undefined || others.length > 0) throw new Error(`There is not one ${what}.`);
  return first;
}

const changeAddress = (verb: "add" | "delete", address: string) => [
  ...["ip", "address", verb, `${address}/24`, "dev", "eth0"],
];

/** The machine keeps what it has mounted until it is gone, as the kernel lets go of the device then. */
async function detach(disk: Disk): Promise<void> {
  if (disk.attached === undefined) return;
  const attached = await succeed("losetup", ["--associated", disk.file]);
  if (attached !== "") await succeed("losetup", ["--detach", disk.attached.device]);
  delete disk.attached;
}

/** Devices whose file went with a run that was killed. */
async function detachLeftovers(): Promise<void> {
  const table = await succeed("losetup", ["--list", "--noheadings", "--output=NAME,BACK-FILE"]);
  for (const line of table.split("\n")) {
    const [device = "", file = ""] = line.trim().split(/ +(.*)/);
    const isOurs = file.startsWith(join(tmpdir(), "slipway-host-"));
    if (isOurs && file.endsWith("(deleted)")) await succeed("losetup", ["--detach", device]);
  }
}
