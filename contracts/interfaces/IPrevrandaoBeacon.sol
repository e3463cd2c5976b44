// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "./IBeacon.sol";

/// @title IPrevrandaoBeacon
/// @notice Seeds from the chain's own randomness. The seed for a time is `prevrandao` of the first block at or after it,
/// shown by that block's header and its parent's (`seed`). Should a fork make headers that cannot be read any more, seeds
/// come from block hashes instead (`mark`, then `seed` or `finish`), until someone shows a header again.
/// @dev Hashes of the last 8,191 blocks can be checked: 27 hours at 12 s a block, 4.5 hours at 2 s, 34 minutes at 0.25 s.
/// Markets that use this beacon need two things that neither it nor they can check: a period of at most two thirds of
/// `quiet`, so that nobody can mark while each period's seed is captured; and a seed delay of at least an hour, since a
/// marked seed may be known half an hour before its time.
interface IPrevrandaoBeacon is IBeacon {
    /// @notice Thrown when a beacon is deployed with a `quiet` of zero, which would always allow a mark.
    error QuietZero();
    /// @notice Thrown when a header is not that of a block of this chain's recent history.
    error HeaderUnknown(uint256 number, bytes32 hash);
    /// @notice Thrown when the second header is not the parent of the first.
    error ParentMismatch(bytes32 expected, bytes32 actual);
    /// @notice Thrown when the headers are not those of the first block at or after `time` and its parent.
    error NotFirstBlock(uint64 time, uint256 parentTime, uint256 blockTime);
    /// @notice Thrown when the chain gives a constant in place of randomness, as some do.
    error PrevrandaoConstant(uint256 prevrandao);
    /// @notice Thrown when a mark comes more than half an hour before its time.
    error MarkTooEarly(uint256 opens, uint256 actual);
    /// @notice Thrown when a mark comes ten minutes before its time or later, when the header's seed may be known.
    error MarkTooLate(uint64 time, uint256 actual);
    /// @notice Thrown when a header was captured so recently that headers can still be read.
    error BeaconNotQuiet(uint256 quietUntil, uint256 actual);
    /// @notice Thrown when a time is marked a second time, which would draw its seed again.
    error AlreadyMarked(uint64 time, uint256 markedAt);
    /// @notice Thrown when a time is finished that nobody has marked.
    error NotMarked(uint64 time);
    /// @notice Thrown when the block whose hash is the seed is not yet in the past.
    error FinishTooEarly(uint256 firstBlock, uint256 actual);
    /// @notice Thrown when the hash of block `number` cannot be had any more: the time stays without a seed.
    error HashOutOfReach(uint256 number, uint256 actual);

    /// @notice Emitted once for each marked `time`: block `markedAt` + 16 makes its seed.
    event TimeMarked(uint64 indexed time, uint256 markedAt);

    /// @notice Decides that the seed for `time` is the hash of the block 16 after this one, and no header.
    /// @dev Anyone may call, once for a time. Only from 30 to 10 minutes before `time`, when neither seed can be known: whoever
    /// saw the one could else choose the other. Only after `quiet` seconds without a header: while headers work, the
    /// better randomness stays, since the builder of that one block can try many hashes.
    /// Reverts with `MarkTooEarly`, `MarkTooLate`, `BeaconNotQuiet`, `AlreadyMarked`.
    function mark(uint64 time) external;

    /// @notice Sets the seed for a marked `time`; returns the stored one when that is done already. `seed` does the same for a marked
    /// time, whatever its evidence, so that a mark keeps nobody from proving.
    /// @dev Anyone may call, from 17 until 8,207 blocks after the mark. Later the time stays without a seed, since a second
    /// mark would be a second draw.
    /// Reverts with `NotMarked`, `FinishTooEarly`, `HashOutOfReach`.
    function finish(uint64 time) external returns (uint256);

    /// @notice Seconds that must pass after the youngest captured header before a time can be marked.
    function quiet() external view returns (uint32);

    /// @notice Timestamp of the youngest header captured so far, whenever that was; at first that of the deployment.
    function youngestHeader() external view returns (uint256);

    /// @notice The block in which `time` was marked, zero when it is not.
    function markedAt(uint64 time) external view returns (uint256);
}
