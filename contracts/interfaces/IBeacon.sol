// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBeacon
/// @notice A public source of unpredictable seeds, keyed by time, that any number of markets can share.
interface IBeacon {
    /// @notice Thrown when the seed for `time` is not stored and no evidence was given.
    error SeedMissing(uint64 time);

    /// @notice Emitted once for each `time` whose seed becomes known.
    event SeedCaptured(uint64 indexed time, uint256 seed);

    /// @notice Returns the seed for `time`, capturing it from `evidence` when it is not stored yet.
    /// @dev Anyone may call. Evidence for a stored seed is ignored, even a bad one, so that nobody can make a bundle of
    /// capture and proof fail by capturing first.
    /// @param time Unix time in seconds. Nobody knows the seed an hour before it.
    /// @param evidence What the beacon needs to establish the seed; empty to read a stored one.
    function seed(uint64 time, bytes calldata evidence) external returns (uint256);

    /// @notice Returns the stored seed for `time`, zero when it is not captured.
    function seedAt(uint64 time) external view returns (uint256);
}
