// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Draws
/// @notice The random walk that picks which leaves of which deals a provider has to show in a period.
library Draws {
    /// @notice A longer list gets one more draw for each so many deals.
    uint256 internal constant DEALS_PER_SAMPLE = 128;
    /// @notice Steps of the walk for each draw that has to be found.
    uint256 internal constant STEPS_PER_SAMPLE = 64;

    /// @notice Live draws that a proof needs with `frozen` deals in the list.
    function samples(uint256 base, uint256 frozen) internal pure returns (uint256) {
        return base + frozen / DEALS_PER_SAMPLE;
    }

    /// @notice What all steps of one walk share; the last word is the step.
    function walk(
        uint256 seed,
        address market,
        uint32 provider,
        uint32 period
    ) internal view returns (uint256[6] memory input) {
        input = [seed, block.chainid, uint256(uint160(market)), provider, period, 0];
    }

    /// @notice keccak256(abi.encode(seed, chain, market, provider, period, step)).
    /// @dev Hashed in place: a walk may take thousands of steps, and `abi.encode` would leave 224 bytes of memory for
    /// each (4,416 steps: 0.63M gas against 3.42M).
    function word(uint256[6] memory input, uint256 step) internal pure returns (uint256 result) {
        input[5] = step;
        assembly ("memory-safe") {
            result := keccak256(input, 0xc0)
        }
    }

    /// @notice Index in the list, uniform over deals: the upper half decides. The bias is below frozen / 2^128.
    function index(uint256 drawn, uint256 frozen) internal pure returns (uint256) {
        return (drawn >> 128) % frozen;
    }

    /// @notice Leaf of the piece, uniform over the leaves that hold data: the lower half decides.
    function leaf(uint256 drawn, uint256 leaves) internal pure returns (uint256) {
        return uint128(drawn) % leaves;
    }
}
