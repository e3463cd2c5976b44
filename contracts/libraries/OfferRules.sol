// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../interfaces/IStorageMarket.sol";
import {OfferStatic, PieceStatic} from "./OfferWords.sol";

/// @title OfferRules
/// @notice Whether the terms of an offer are valid by themselves. What passes fits the widths that `DealTerms` packs.
/// Every error names the offer's index in the call, so that a caller can replace that offer alone.
library OfferRules {
    uint256 private constant MAX_PIECES = 4_096;
    uint256 private constant MAX_CID = 64;
    uint256 private constant MAX_SIZE = 2 ** 44 - 1;
    uint16 private constant MAX_NOTICE = 511;
    /// @dev How far ahead a deal may start.
    uint256 private constant MAX_AHEAD = 365;
    /// @dev A node of a piece has its top two bits cleared, in the last byte.
    uint256 private constant NODE_MASK = 0xc0;

    /// @param index The offer's index in the call.
    /// @param client Who has to be named: the one who pays.
    function checkTerms(
        uint256 index,
        OfferStatic memory offer,
        uint256 pieces,
        address client,
        uint256 current,
        uint16 maxTerm
    ) internal view {
        require(offer.client == client, IMarketState.OfferNotForClient(index, offer.client, client));
        require(block.timestamp <= offer.expiry, IMarketState.OfferExpired(index, offer.expiry, block.timestamp));
        require(pieces != 0, IMarketState.OfferEmpty(index));
        require(pieces <= MAX_PIECES, IMarketState.OfferTooLarge(index, pieces, MAX_PIECES));
        uint256 latest = current + MAX_AHEAD;
        require(offer.firstPeriod <= latest, IMarketState.OfferStartTooFar(index, offer.firstPeriod, latest));
        uint16 periods = offer.periods;
        require(periods != 0 && periods <= maxTerm, IMarketState.OfferTermInvalid(index, periods, maxTerm));
        require(offer.maxMisses < periods, IMarketState.OfferMissesInvalid(index, offer.maxMisses, periods));
        require(offer.notice <= MAX_NOTICE, IMarketState.OfferNoticeInvalid(index, offer.notice, MAX_NOTICE));
    }

    /// @param i Index of the piece in the offer.
    /// @param cid Length of its content CID.
    /// @param least Least collateral of a deal of this provider.
    /// @return collateral What the deal locks.
    function checkPiece(
        uint256 index,
        uint256 i,
        PieceStatic memory piece,
        uint256 cid,
        uint256 maxMisses,
        uint256 least
    ) internal pure returns (uint256 collateral) {
        require(piece.size != 0 && piece.size <= MAX_SIZE, IMarketState.PieceSizeInvalid(index, i, piece.size));
        require(uint256(piece.root) & NODE_MASK == 0, IMarketState.PieceRootInvalid(index, i, piece.root));
        require(piece.rate != 0, IMarketState.PieceRateZero(index, i));
        require(cid <= MAX_CID, IMarketState.PieceCidTooLong(index, i, cid));
        // 80, 24 and 17 bits.
        unchecked {
            collateral = uint256(piece.rate) * piece.slashFactor * (maxMisses + 1);
        }
        bool valid = collateral >= least && collateral <= type(uint96).max;
        require(valid, IMarketState.PieceCollateralInvalid(index, i, collateral, least));
    }
}
