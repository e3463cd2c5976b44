/**
 * Typed access to a storage market on the chain: for providers, integrators and indexers. Reading needs no key.
 *
 * @module
 */
export { erc20Abi } from "./abi/erc20.ts";
export { marketFactoryAbi } from "./abi/market-factory.ts";
export { marketLensAbi } from "./abi/market-lens.ts";
export { prevrandaoBeaconAbi } from "./abi/prevrandao-beacon.ts";
export { storageMarketAbi } from "./abi/storage-market.ts";
export {
  type Deal,
  type Market,
  market,
  type ProviderRecord,
} from "./market/contract.ts";
export { type Address, type Deployment, loadDeployment } from "./market/deployment.ts";
export {
  type Draw,
  drawCount,
  drawLeaf,
  drawPick,
  drawWord,
  type Listed,
  type Walk,
  walkDraws,
} from "./market/draws.ts";
export {
  marketDomain,
  type Offer,
  offerDigest,
  offerTypes,
  type Piece,
  type Quote,
  quoteTypes,
  recoverOfferSigner,
  recoverQuoteSigner,
  type SignedOffer,
  type SignedQuote,
  signOffer,
  signQuote,
} from "./market/eip712.ts";
export { formatMoney } from "./market/money.ts";
export { periodAt, periodStart, seedTime } from "./market/periods.ts";
export { decodeRevert, type Revert } from "./market/reverts.ts";
export { type RpcSender, seedEvidence } from "./market/seed.ts";
export {
  listOf,
  manifestTagOf,
  nonceWord,
  type ObjectRef,
  type ObjectsOptions,
  objectsOf,
  openerOf,
} from "./market/storage.ts";
export { classFor, type DealTerms, dealTerms, defaultMaxMisses } from "./market/terms.ts";
export {
  type OfferRequest,
  type ProviderInfo,
  parseProviderInfo,
  parseSignedOffer,
  parseSignedQuote,
  type QuoteRequest,
  toJson,
} from "./market/wire.ts";
