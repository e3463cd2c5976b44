/**
 * Holdfast: storage deals that hold. `connect` a wallet, `store`, `retrieve`.
 *
 * @module
 */
export type { CallOptions, Phase, Progress } from "./call.ts";
export { type AgeKeyPair, type ConnectOptions, connect, type Holdfast } from "./connect.ts";
export { type ErrorCode, HoldfastError } from "./errors.ts";
export type { IpfsClient } from "./ipfs.ts";
export type { ObjectSummary } from "./list.ts";
export { deriveIdentity, type Identity } from "./object/identity.ts";
export type { ObjectId } from "./object-id.ts";
export type { ProviderQuote, StorageQuote, Terms } from "./quote.ts";
export type { ProviderReport } from "./retrieve/report.ts";
export type { Retrieval, RetrieveOptions } from "./retrieve.ts";
export { memoryState, type ResumeStore } from "./state/state.ts";
export type { DealState, DealStatus, ObjectStatus } from "./status.ts";
export type { Source } from "./store/source.ts";
export type { StoredObject, StoreOptions } from "./store.ts";
export type { WithdrawOptions } from "./withdraw.ts";
