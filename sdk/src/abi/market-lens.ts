// Written by scripts/export-abi.ts from the compiled contracts. Do not edit.
export const marketLensAbi = [
  "error CursorInvalid(uint256 cursor, uint256 length)",
  "error LimitZero()",
  "function consentUsed(address market, address signer, uint256 nonce) view returns (bool)",
  "function deals(address market, uint32[] ids) view returns ((bytes32 root, uint64 size, uint32 provider, address client, address payee, uint32 start, uint32 end, uint32 settledUpTo, uint16 missed, uint16 maxMisses, uint16 notice, uint80 rate, uint128 slash, bool closed, bool forfeited, bool defaulted, uint32 challengedAt, uint64 challengedLeaf, uint16 misses, uint256 earned, uint256 refund, uint256 compensation, uint256 unlocked, uint256 escrow, uint256 collateral)[] all)",
  "function dealsOfProvider(address market, uint32 id, uint256 cursor, uint256 limit) view returns (uint32[] page, uint256 next)",
  "function holdings(address market, uint32[] ids) view returns ((address client, address payee, uint32 provider, uint256 earned, uint256 refund, uint256 compensation, uint256 unlocked, uint256 escrow, uint256 collateral, uint256 bond)[] all)",
  "function manifestTag(address market, uint32 firstDeal) view returns (uint80)",
  "function nonceUsed(address market, uint32 id, uint256 nonce) view returns (bool)",
  "function nonceWord(address market, uint32 id, uint248 word) view returns (uint256)",
  "function objects(address market, address owner, bool received, uint256 cursor, uint256 limit) view returns ((uint32 firstDeal, uint32 blockNumber, uint80 manifestTag, bytes32 publishedHash)[] page, uint256 next)",
  "function providerNow(address market, uint32 id) view returns ((uint32 id, (address owner, address pendingOwner, address operator, address beneficiary, uint80 floor, uint96 maxLock, uint96 free, uint96 budgetLeft, uint16 listed, uint16 frozen, uint32 touchedAt, uint32 gaveUpAt, uint32 version, string url) record))",
  "function providers(address market, uint256 cursor, uint256 limit) view returns ((uint32 id, (address owner, address pendingOwner, address operator, address beneficiary, uint80 floor, uint96 maxLock, uint96 free, uint96 budgetLeft, uint16 listed, uint16 frozen, uint32 touchedAt, uint32 gaveUpAt, uint32 version, string url) record)[] page, uint256 next)",
] as const;
