// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
// A require says here what is assumed.
// solhint-disable gas-custom-errors

import {Draws} from "../../contracts/libraries/Draws.sol";

/// @notice A draw always points into the list and into the piece. Words that Keccak gives are any words here.
contract DrawsCheck {
    /// @notice For every word, and every list that a market allows (13 bits and more).
    function check_IndexLiesInTheList(uint256 drawn, uint16 frozen) external pure {
        require(frozen != 0);
        assert(Draws.index(drawn, frozen) < frozen);
    }

    /// @notice For every word, and all leaves that a piece below 2^44 bytes can have.
    function check_LeafLiesInThePiece(uint256 drawn, uint40 leaves) external pure {
        require(leaves != 0);
        assert(Draws.leaf(drawn, leaves) < leaves);
    }

    /// @notice For every word: the halves that pick deal and leaf share no bit.
    function check_HalvesOfTheWordAreIndependent(
        uint128 upper,
        uint128 lower,
        uint16 frozen,
        uint40 leaves
    ) external pure {
        require(frozen != 0 && leaves != 0);
        uint256 drawn = (uint256(upper) << 128) | lower;
        assert(Draws.index(drawn, frozen) == upper % frozen);
        assert(Draws.leaf(drawn, leaves) == lower % leaves);
    }

    /// @notice For every base and list: one more draw for each full 128 deals.
    function check_SamplesGrowByOneForEach128Deals(uint16 base, uint16 frozen) external pure {
        uint256 extra = Draws.samples(base, frozen) - base;
        assert(extra * 128 <= frozen && frozen < (extra + 1) * 128);
    }

    /// @notice For every input: hashing in place is the hash of the ABI encoding, also when the memory is used again.
    function check_WordIsTheHashOfTheEncodedStep(
        uint256 seed,
        address market,
        uint32 provider,
        uint32 period,
        uint256 step
    ) external view {
        uint256[6] memory input = Draws.walk(seed, market, provider, period);
        Draws.word(input, ~step);
        bytes32 expected = keccak256(abi.encode(seed, block.chainid, market, provider, period, step));
        assert(Draws.word(input, step) == uint256(expected));
    }
}
