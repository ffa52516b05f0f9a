import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** What a server answers to these very bytes, where no client would write them. */
export async function sendLines(address: string, ...lines: string[]): Promise<Answer> {
  const socket = await open(address);
  socket.write([...lines, "Connection: close", "", ""].join("\r\n"));
  const text = await rest(socket);
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, Math.max(end, 0));
  return { status: Number(head.split(" ")[1] ?? 0), head, body: text.slice(end + 4) };
}

export function open(address: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect({ host: address, port: 80 }, () => done(socket));
    socket.once("error", fail);
  });
}

/** All that comes until the connection ends. */
export function rest(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (data) => (text += data.toString("latin1")));
  return new Promise((done) => {
    // A connection that is reset has ended, too.
    socket.on("error", () => undefined);
    socket.once("close", () => done(text));
  });
}
