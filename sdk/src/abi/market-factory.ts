// Written by scripts/export-abi.ts from the compiled contracts. Do not edit.
export const marketFactoryAbi = [
  "error Create2EmptyBytecode()",
  "error Create3EmptyBytecode()",
  "error CreationCodeInvalid(bytes32 expected, bytes32 actual)",
  "error FailedDeployment()",
  "error InsufficientBalance(uint256 balance, uint256 needed)",
  "event MarketCreated(address indexed market, address indexed token, (address token, address beacon, uint64 genesis, uint32 periodLength, uint32 delay, uint16 baseSamples, uint16 maxTerm, uint96 minCollateral, uint96 challengeBond) parameters)",
  "function CREATION_CODE_HASH() view returns (bytes32)",
  "function create((address token, address beacon, uint64 genesis, uint32 periodLength, uint32 delay, uint16 baseSamples, uint16 maxTerm, uint96 minCollateral, uint96 challengeBond) parameters, bytes creationCode) returns (address market)",
  "function isMarket(address market) view returns (bool)",
  "function marketAt((address token, address beacon, uint64 genesis, uint32 periodLength, uint32 delay, uint16 baseSamples, uint16 maxTerm, uint96 minCollateral, uint96 challengeBond) parameters) view returns (address)",
] as const;
