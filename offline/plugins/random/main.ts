// Stands in for the official plugin `random` 4.21.2: the type `random:index/randomPassword:RandomPassword`,
// whose passwords are real ones. Of its outputs `bcryptHash` is left out.

import { madeOncePlugin } from "../made-once/plugin.ts";
import { serve } from "../serve.ts";
import { randomPassword } from "./random-password.ts";

const TYPE = "random:index/randomPassword:RandomPassword";

await serve(madeOncePlugin("random", "4.21.2", TYPE, randomPassword));
