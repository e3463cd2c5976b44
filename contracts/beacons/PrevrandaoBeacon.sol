// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {IPrevrandaoBeacon} from "../interfaces/IPrevrandaoBeacon.sol";
import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";

/// @title PrevrandaoBeacon
/// @notice Immutable and without an owner; knows no periods, so that all markets of a chain can share it.
/// @dev A time has one possible seed: its header's, or once it is marked a block's hash. It is marked before either is known,
/// or never.
contract PrevrandaoBeacon is IPrevrandaoBeacon {
    using BlockHeader for Memory.Slice[];

    /// @dev EIP-4399 tells randomness from the difficulty of a chain before the merge by this bound.
    uint256 private constant LARGEST_CONSTANT = 2 ** 64;
    /// @dev EIP-2935: hashes of the last 8,191 blocks.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 private constant BLOCKHASH_WINDOW = 256;
    uint256 private constant MARK_OPENS = 30 minutes;
    /// @dev Some rollups take prevrandao from a block of minutes before: a mark must come before anybody sees it.
    uint256 private constant MARK_CLOSES = 10 minutes;
    /// @dev Blocks from the mark to the one whose hash is the seed: far enough that the marker rarely builds that one, too.
    uint256 private constant SEED_DISTANCE = 16;

    /// @inheritdoc IPrevrandaoBeacon
    uint32 public immutable quiet;

    /// @inheritdoc IBeacon
    mapping(uint64 time => uint256) public seedAt;
    /// @inheritdoc IPrevrandaoBeacon
    mapping(uint64 time => uint256) public markedAt;
    /// @inheritdoc IPrevrandaoBeacon
    uint256 public youngestHeader;

    /// @param quiet_ Seconds, 36 hours for markets with periods of a day.
    constructor(uint32 quiet_) {
        require(quiet_ != 0, QuietZero());
        // Else the chain would never show a header, and its seeds would all be block hashes.
        require(block.prevrandao > LARGEST_CONSTANT, PrevrandaoConstant(block.prevrandao));

        quiet = quiet_;
        youngestHeader = block.timestamp;
    }

    /// @inheritdoc IBeacon
    /// @param evidence `abi.encode(bytes header, bytes parent)`, both RLP. Items behind those that are read may be of any
    /// number, so that headers can grow.
    function seed(uint64 time, bytes calldata evidence) external returns (uint256 value) {
        value = seedAt[time];
        if (value != 0) return value;
        if (markedAt[time] != 0) return finish(time);
        require(evidence.length != 0, SeedMissing(time));

        (bytes memory header, bytes memory parent) = abi.decode(evidence, (bytes, bytes));
        uint256 blockTime;
        (value, blockTime) = _read(time, header, parent);

        seedAt[time] = value;
        youngestHeader = Math.max(youngestHeader, blockTime);
        emit SeedCaptured(time, value);
    }

    /// @inheritdoc IPrevrandaoBeacon
    function mark(uint64 time) external {
        require(block.timestamp + MARK_CLOSES < time, MarkTooLate(time, block.timestamp));
        require(block.timestamp + MARK_OPENS >= time, MarkTooEarly(time - MARK_OPENS, block.timestamp));
        uint256 quietUntil = youngestHeader + quiet;
        require(block.timestamp > quietUntil, BeaconNotQuiet(quietUntil, block.timestamp));
        require(markedAt[time] == 0, AlreadyMarked(time, markedAt[time]));

        markedAt[time] = block.number;
        emit TimeMarked(time, block.number);
    }

    /// @inheritdoc IPrevrandaoBeacon
    function finish(uint64 time) public returns (uint256 value) {
        uint256 number = markedAt[time];
        require(number != 0, NotMarked(time));
        value = seedAt[time];
        if (value != 0) return value;
        number += SEED_DISTANCE;
        require(block.number > number, FinishTooEarly(number + 1, block.number));

        value = uint256(_blockHash(number));
        require(value != 0, HashOutOfReach(number, block.number));

        seedAt[time] = value;
        emit SeedCaptured(time, value);
    }

    function _read(
        uint64 time,
        bytes memory header,
        bytes memory parent
    ) private view returns (uint256 value, uint256 blockTime) {
        Memory.Slice[] memory fields = BlockHeader.parseHeader(header);
        uint256 number = fields.getNumber();
        bytes32 hash = keccak256(header);
        require(hash == _blockHash(number), HeaderUnknown(number, hash));

        bytes32 parentHash = keccak256(parent);
        require(parentHash == fields.getParentHash(), ParentMismatch(fields.getParentHash(), parentHash));

        blockTime = fields.getTimestamp();
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
