// Stands in for the official plugin `tls` 5.6.1: the type `tls:index/privateKey:PrivateKey`, whose
// keys are real ones.

import { madeOncePlugin } from "../made-once/plugin.ts";
import { serve } from "../serve.ts";
import { privateKey } from "./private-key.ts";

await serve(madeOncePlugin("tls", "5.6.1", "tls:index/privateKey:PrivateKey", privateKey));
