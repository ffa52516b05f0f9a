// Biome formats and lints. ESLint does what needs types, and the laws of this project.

import pulumi from "@pulumi/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { forbiddenTo, LAYERS } from "./layers.ts";

const COMPONENT = "ClassDeclaration[superClass.property.name='ComponentResource']";

const NO_CLOCK = {
  selector:
    ":matches(NewExpression, CallExpression)[callee.name='Date'], " +
    "MemberExpression[object.name=/^(Date|performance)$/], " +
    "MemberExpression[object.name='Math'][property.name='random']",
  message: "No clock and no chance: the same settings must give the same preview.",
};

/** Laws of the program: what Pulumi would accept in silence. */
const PROGRAM_LAWS = [
  {
    selector: `${COMPONENT} CallExpression[callee.type='Super'][arguments.length<4]`,
    message: "Call super with type, name, {} and opts; opts in the place of {} are lost.",
  },
  {
    selector:
      `${COMPONENT} NewExpression[callee.type='MemberExpression']` +
      "[callee.object.name!='pulumi'][arguments.length<3]",
    message: "Give a child its options: without a parent it has no provider and no protection.",
  },
  {
    selector: "CallExpression[callee.property.name='apply'] > :function NewExpression",
    message: "Make nothing in apply: a preview does not show it while the value is unknown.",
  },
  NO_CLOCK,
  {
    selector:
      "LogicalExpression[operator='||'] > CallExpression.left[callee.property.name=/^(get|require)/]",
    message: "Use ??: with ||, a 0, a false or an empty text of the config becomes the default.",
  },
];

export default defineConfig(
  globalIgnores(["**/node_modules/", ".slipway/", "coverage/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        // The runner waits for its tests.
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "describe"], package: "node:test" },
          ],
        },
      ],
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ["components/**/*.ts", "stacks/**/*.ts", "infra/**/*.ts"],
    // These are no part of it: they run when a resource of it is made.
    ignores: ["components/kubernetes/steps/**"],
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "no-restricted-syntax": ["error", ...PROGRAM_LAWS],
    },
  },
  {
    // A certificate expires by itself; nothing is made of it.
    files: ["infra/certificate.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...PROGRAM_LAWS.filter((law) => law !== NO_CLOCK)],
    },
  },
  ...Object.keys(LAYERS).map((folder) => ({
    files: [`${folder}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbiddenTo(folder).join("|")})/`,
              message: `Imports go one way: ${folder} knows nothing of that folder.`,
            },
          ],
        },
      ],
    },
  })),
);
