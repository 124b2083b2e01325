import packageJson from "../package.json" with { type: "json" };

/** The gateway's version, from package.json. */
export const gatewayVersion: string = packageJson.version;
