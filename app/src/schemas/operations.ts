import { Type } from "typebox";

export const HealthResponse = Type.Object({ status: Type.Literal("ok") });

export const NotReadyResponse = Type.Object({
  status: Type.Literal("unavailable"),
  reason: Type.String(),
});

export const VersionResponse = Type.Object({
  version: Type.String(),
  commit: Type.String(),
  image: Type.String(),
});
