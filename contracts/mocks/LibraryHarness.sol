// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../interfaces/IStorageMarket.sol";
import {Draws} from "../libraries/Draws.sol";
import {OfferWords} from "../libraries/OfferWords.sol";
import {PieceProof} from "../libraries/PieceProof.sol";

/// @title LibraryHarness
/// @notice Opens the pure libraries to tests that share their vectors with other implementations.
contract LibraryHarness {
    function leavesOf(uint256 size) external pure returns (uint256) {
        return PieceProof.leavesOf(size);
    }

    function heightOf(uint256 leaves) external pure returns (uint256) {
        return PieceProof.heightOf(leaves);
    }

    function rootOf(bytes calldata path, uint256 leaf) external view returns (bytes32) {
        return PieceProof.rootOf(path, leaf);
    }

    function word(
        uint256 seed,
        address market,
        uint32 provider,
        uint32 period,
        uint256 step
    ) external view returns (uint256) {
        return Draws.word(Draws.walk(seed, market, provider, period), step);
    }

    function draw(uint256 drawn, uint256 frozen, uint256 leaves) external pure returns (uint256 index, uint256 leaf) {
        return (Draws.index(drawn, frozen), Draws.leaf(drawn, leaves));
    }

    function samples(uint256 base, uint256 frozen) external pure returns (uint256) {
        return Draws.samples(base, frozen);
    }

    function hashOffer(IMarketState.Offer calldata offer) external pure returns (bytes32) {
        return OfferWords.hash(offer);
    }
}
