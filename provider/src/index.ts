export { ProviderIdError } from "./chain/ids.ts";
export { ConfigError, type ProviderConfig, parseConfig } from "./config.ts";
export { type RunningProvider, startProvider } from "./daemon.ts";
export { jsonLog, type Log, type LogLevel } from "./log.ts";
