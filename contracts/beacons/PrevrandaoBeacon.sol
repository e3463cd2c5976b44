// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";

/// @title PrevrandaoBeacon
/// @notice Seeds from the chain's own randomness: the seed for a time is `prevrandao` of the first block at or after it,
/// shown by that block's header and its parent's. It knows no periods; all markets of a chain share it.
/// @dev Headers are checked against the chain for 8,191 blocks (27 hours of 12 s, 4.5 hours of 2 s): capture early. A block's
/// hash is never the seed itself, its builder could grind it.
contract PrevrandaoBeacon is IBeacon {
    using BlockHeader for Memory.Slice[];

    /// @notice Thrown when a header is not that of a block of this chain's recent history.
    error HeaderUnknown(uint256 number, bytes32 hash);
    /// @notice Thrown when the second header is not the parent of the first.
    error ParentMismatch(bytes32 expected, bytes32 actual);
    /// @notice Thrown when the headers are not those of the first block at or after `time` and its parent.
    error NotFirstBlock(uint64 time, uint256 parentTime, uint256 blockTime);
    /// @notice Thrown when the chain gives a constant in place of randomness, as some do.
    error PrevrandaoConstant(uint256 prevrandao);

    /// @dev EIP-4399 tells randomness from the difficulty of a chain before the merge by this bound.
    uint256 private constant LARGEST_CONSTANT = 2 ** 64;
    /// @dev EIP-2935: hashes of the last 8,191 blocks.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 private constant BLOCKHASH_WINDOW = 256;

    /// @inheritdoc IBeacon
    mapping(uint64 time => uint256) public seedAt;

    /// @inheritdoc IBeacon
    /// @param evidence `abi.encode(bytes header, bytes parent)`, both RLP. Items behind those that are read may be of any
    /// number, so that headers can grow.
    function seed(uint64 time, bytes calldata evidence) external returns (uint256 value) {
        value = seedAt[time];
        if (value != 0) return value;
        require(evidence.length != 0, SeedMissing(time));

        (bytes memory header, bytes memory parent) = abi.decode(evidence, (bytes, bytes));
        value = _read(time, header, parent);

        seedAt[time] = value;
        emit SeedCaptured(time, value);
    }

    function _read(uint64 time, bytes memory header, bytes memory parent) private view returns (uint256 value) {
        Memory.Slice[] memory fields = BlockHeader.parseHeader(header);
        uint256 number = fields.getNumber();
        bytes32 hash = keccak256(header);
        require(hash == _blockHash(number), HeaderUnknown(number, hash));

        bytes32 parentHash = keccak256(parent);
        require(parentHash == fields.getParentHash(), ParentMismatch(fields.getParentHash(), parentHash));

        uint256 blockTime = fields.getTimestamp();
        uint256 parentTime = BlockHeader.getTimestamp(parent);
        require(parentTime < time && time <= blockTime, NotFirstBlock(time, parentTime, blockTime));

        value = uint256(fields.getPrevRandao());
        require(value > LARGEST_CONSTANT, PrevrandaoConstant(value));
    }

    /// @dev Zero when the hash is out of reach. Success, size and value of the history call are all checked: where the contract
    /// is missing the call succeeds with nothing, and stubs revert with text.
    function _blockHash(uint256 number) private view returns (bytes32) {
        if (number >= block.number) return 0;
        if (block.number - number <= BLOCKHASH_WINDOW) return blockhash(number);
        (bool success, bytes memory result) = HISTORY.staticcall(abi.encode(number));
        return success && result.length == 32 ? bytes32(result) : bytes32(0);
    }
}
