// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../interfaces/IStorageMarket.sol";

/// @title OfferHash
/// @notice EIP-712 struct hash of an offer.
library OfferHash {
    bytes32 internal constant PIECE_TYPEHASH = keccak256(
        "Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)"
    );
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "Offer(uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces)Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)"
    );

    function hash(IMarketState.Offer calldata offer) internal pure returns (bytes32) {
        bytes32[] memory pieces = new bytes32[](offer.pieces.length);
        for (uint256 i = 0; i < pieces.length; ++i) {
            pieces[i] = _hash(offer.pieces[i]);
        }
        return
            keccak256(
                abi.encode(
                    OFFER_TYPEHASH,
                    offer.provider,
                    offer.client,
                    offer.firstPeriod,
                    offer.periods,
                    offer.maxMisses,
                    offer.notice,
                    offer.termsHash,
                    offer.expiry,
                    offer.nonce,
                    keccak256(abi.encodePacked(pieces))
                )
            );
    }

    function _hash(IMarketState.Piece calldata piece) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    PIECE_TYPEHASH,
                    piece.root,
                    piece.size,
                    piece.rate,
                    piece.slashFactor,
                    keccak256(piece.contentCid)
                )
            );
    }
}
