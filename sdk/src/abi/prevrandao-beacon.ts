// Written by scripts/export-abi.ts from the compiled contracts. Do not edit.
export const prevrandaoBeaconAbi = [
  "error FieldNotPresentInBlockHeader(uint8)",
  "error HeaderUnknown(uint256 number, bytes32 hash)",
  "error NotFirstBlock(uint64 time, uint256 parentTime, uint256 blockTime)",
  "error ParentMismatch(bytes32 expected, bytes32 actual)",
  "error PrevrandaoConstant(uint256 prevrandao)",
  "error RLPInvalidEncoding()",
  "error SeedMissing(uint64 time)",
  "event SeedCaptured(uint64 indexed time, uint256 seed)",
  "function seed(uint64 time, bytes evidence) returns (uint256 value)",
  "function seedAt(uint64 time) view returns (uint256)",
] as const;
