import { request } from "node:http";

/** The JSON that a host name answers with through a port of this machine, or of an address; else an error. */
export function jsonAt<Body>(port: number, host: string, address = "127.0.0.1"): Promise<Body> {
  return new Promise((done, fail) => {
    request({ host: address, port, path: "/", headers: { host } }, (response) => {
      let body = "";
      response.on("data", (data) => (body += data));
      response.on("end", () => {
        try {
          done(JSON.parse(body));
        } catch {
          fail(new Error(`${response.statusCode}: ${body}`));
        }
      });
    })
      .once("error", fail)
      .end();
  });
}
