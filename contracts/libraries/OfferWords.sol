// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../interfaces/IStorageMarket.sol";

/// @notice The static part of an offer.
struct OfferStatic {
    uint32 provider;
    address client;
    uint32 firstPeriod;
    uint16 periods;
    uint16 maxMisses;
    uint16 notice;
    bytes32 termsHash;
    uint64 expiry;
    uint256 nonce;
}

/// @notice The static part of a piece.
struct PieceStatic {
    bytes32 root;
    uint64 size;
    uint80 rate;
    uint24 slashFactor;
}

/// @title OfferWords
/// @notice Offers and pieces straight from the calldata, where their static part lies as EIP-712 encodes it.
/// @dev Read and checked once into memory, and hashed in one go: 2.9k gas less for an offer of one piece than by reading each
/// field where it is used. Reading refuses what does not fit its type, so that the hash covers what was read.
library OfferWords {
    bytes32 internal constant PIECE_TYPEHASH = keccak256(
        "Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)"
    );
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "Offer(uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces)Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)"
    );

    function read(IMarketState.Offer calldata offer) internal pure returns (OfferStatic memory) {
        return abi.decode(_words(offer), (OfferStatic));
    }

    function read(IMarketState.Piece calldata piece) internal pure returns (PieceStatic memory) {
        return abi.decode(_words(piece), (PieceStatic));
    }

    /// @notice EIP-712 struct hash of an offer.
    function hash(IMarketState.Offer calldata offer) internal pure returns (bytes32) {
        IMarketState.Piece[] calldata pieces = offer.pieces;
        bytes32[] memory hashes = new bytes32[](pieces.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = _hash(pieces[i]);
        }
        return keccak256(abi.encodePacked(OFFER_TYPEHASH, _words(offer), keccak256(abi.encodePacked(hashes))));
    }

    function _hash(IMarketState.Piece calldata piece) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(PIECE_TYPEHASH, _words(piece), keccak256(piece.contentCid)));
    }

    function _words(IMarketState.Offer calldata offer) private pure returns (bytes calldata words) {
        assembly ("memory-safe") {
            words.offset := offer
            words.length := 288
        }
    }

    function _words(IMarketState.Piece calldata piece) private pure returns (bytes calldata words) {
        assembly ("memory-safe") {
            words.offset := piece
            words.length := 128
        }
    }
}
