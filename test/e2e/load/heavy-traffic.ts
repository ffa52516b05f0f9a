import { article } from "../conduit-client.ts";
import type { LoadedRequest } from "../request-loop.ts";

/** What readers and a writer ask of the app with a slow route, 215 times a second. */
export function heavyTraffic(token: string): LoadedRequest[] {
  const headers = { authorization: `Token ${token}` };
  return [
    { name: "version", path: "/version", status: 200, perSecond: 60 },
    { name: "list", path: "/api/articles?limit=3", status: 200, perSecond: 60 },
    { name: "user", path: "/api/user", headers, status: 200, perSecond: 40 },
    {
      name: "write",
      method: "POST",
      path: "/api/articles",
      headers,
      body: article("Under load", "load"),
      status: 201,
      perSecond: 50,
    },
    { name: "slow", path: "/slow", status: 200, perSecond: 5 },
  ];
}
