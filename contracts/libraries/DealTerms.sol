// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Slot B of a deal: everything that proving and counting need, from the lowest bit up:
/// start 32 | term 9 | size 44 | settled 9 | missed 9 | rate 80 | slashFactor 24 | provider 32 | flags 5 | toHead 12.
type DealTerms is uint256;

/// @notice Slot C, shared by deals that were opened together: client 160 | notice 9 | maxMisses 9 | manifestTag 78.
type OfferTerms is uint256;

using DealTermsLibrary for DealTerms global;
using OfferTermsLibrary for OfferTerms global;

/// @title DealTermsLibrary
/// @notice Reads and changes the packed terms of a deal. Periods are absolute; `settled` and `term` are stored relative
/// to the start. What is read has at most the width of its field, so that sums and products below cannot overflow.
library DealTermsLibrary {
    uint256 private constant CLOSED = 1 << 239;
    uint256 private constant FORFEITED = 1 << 240;
    uint256 private constant CHALLENGED = 1 << 241;
    uint256 private constant ASSIGNED = 1 << 242;
    uint256 private constant MOVED = 1 << 243;

    /// @dev The caller has checked that each value fits its width.
    function pack(
        uint256 start_,
        uint256 term_,
        uint256 size_,
        uint256 rate_,
        uint256 slashFactor_,
        uint256 provider_,
        uint256 toHead_
    ) internal pure returns (DealTerms) {
        return
            DealTerms.wrap(
                start_ |
                    (term_ << 32) |
                    (size_ << 41) |
                    (rate_ << 103) |
                    (slashFactor_ << 183) |
                    (provider_ << 207) |
                    (toHead_ << 244)
            );
    }

    function start(DealTerms terms) internal pure returns (uint256) {
        return _read(terms, 0, 32);
    }

    /// @notice First period after the term.
    function end(DealTerms terms) internal pure returns (uint256) {
        unchecked {
            return terms.start() + _read(terms, 32, 9);
        }
    }

    function size(DealTerms terms) internal pure returns (uint256) {
        return _read(terms, 41, 44);
    }

    /// @notice Periods before it are settled.
    function settledUpTo(DealTerms terms) internal pure returns (uint256) {
        unchecked {
            return terms.start() + _read(terms, 85, 9);
        }
    }

    function missed(DealTerms terms) internal pure returns (uint256) {
        return _read(terms, 94, 9);
    }

    function rate(DealTerms terms) internal pure returns (uint256) {
        return _read(terms, 103, 80);
    }

    function slashFactor(DealTerms terms) internal pure returns (uint256) {
        return _read(terms, 183, 24);
    }

    /// @notice What a missed period costs the provider. At most 104 bits.
    function slash(DealTerms terms) internal pure returns (uint256) {
        unchecked {
            return terms.rate() * terms.slashFactor();
        }
    }

    function provider(DealTerms terms) internal pure returns (uint32) {
        return uint32(_read(terms, 207, 32));
    }

    /// @notice How many ids back the deal is that has slot C.
    function toHead(DealTerms terms) internal pure returns (uint32) {
        return uint32(_read(terms, 244, 12));
    }

    /// @notice Nothing is held for the deal any more.
    function closed(DealTerms terms) internal pure returns (bool) {
        return _has(terms, CLOSED);
    }

    /// @notice The provider lost the rest of its collateral, by a default or by abandoning.
    function forfeited(DealTerms terms) internal pure returns (bool) {
        return _has(terms, FORFEITED);
    }

    /// @notice A challenge is open.
    function challenged(DealTerms terms) internal pure returns (bool) {
        return _has(terms, CHALLENGED);
    }

    /// @notice The payee is another than the provider's beneficiary.
    function assigned(DealTerms terms) internal pure returns (bool) {
        return _has(terms, ASSIGNED);
    }

    /// @notice The client is another than the one who opened.
    function moved(DealTerms terms) internal pure returns (bool) {
        return _has(terms, MOVED);
    }

    /// @notice Whether the deal is drawn in `period`.
    function isLive(DealTerms terms, uint256 period) internal pure returns (bool) {
        return terms.start() <= period && period < terms.end();
    }

    /// @dev `upTo` lies in the term.
    function withSettled(DealTerms terms, uint256 upTo, uint256 misses) internal pure returns (DealTerms) {
        unchecked {
            return _write(terms, 85, 18, (upTo - terms.start()) | (misses << 9));
        }
    }

    function withEnd(DealTerms terms, uint256 newEnd) internal pure returns (DealTerms) {
        return _write(terms, 32, 9, newEnd - terms.start());
    }

    function withClosed(DealTerms terms) internal pure returns (DealTerms) {
        return _with(terms, CLOSED);
    }

    function withForfeited(DealTerms terms) internal pure returns (DealTerms) {
        return _with(terms, FORFEITED);
    }

    function withChallenged(DealTerms terms) internal pure returns (DealTerms) {
        return _with(terms, CHALLENGED);
    }

    function withoutChallenged(DealTerms terms) internal pure returns (DealTerms) {
        return DealTerms.wrap(DealTerms.unwrap(terms) & ~CHALLENGED);
    }

    function withAssigned(DealTerms terms) internal pure returns (DealTerms) {
        return _with(terms, ASSIGNED);
    }

    function withMoved(DealTerms terms) internal pure returns (DealTerms) {
        return _with(terms, MOVED);
    }

    function _has(DealTerms terms, uint256 flag) private pure returns (bool) {
        return DealTerms.unwrap(terms) & flag != 0;
    }

    function _with(DealTerms terms, uint256 flag) private pure returns (DealTerms) {
        return DealTerms.wrap(DealTerms.unwrap(terms) | flag);
    }

    function _read(DealTerms terms, uint256 offset, uint256 width) private pure returns (uint256) {
        return (DealTerms.unwrap(terms) >> offset) & ((1 << width) - 1);
    }

    function _write(DealTerms terms, uint256 offset, uint256 width, uint256 value) private pure returns (DealTerms) {
        uint256 mask = ((1 << width) - 1) << offset;
        return DealTerms.wrap((DealTerms.unwrap(terms) & ~mask) | (value << offset));
    }
}

/// @title OfferTermsLibrary
/// @notice Reads the packed terms that deals share.
library OfferTermsLibrary {
    /// @dev The caller has checked that each value fits its width.
    function pack(address client_, uint256 notice_, uint256 maxMisses_) internal pure returns (OfferTerms) {
        return OfferTerms.wrap(uint160(client_) | (notice_ << 160) | (maxMisses_ << 169));
    }

    /// @dev The terms have no tag yet.
    function withManifest(OfferTerms terms, bytes32 hash) internal pure returns (OfferTerms) {
        return OfferTerms.wrap(OfferTerms.unwrap(terms) | (uint256(hash) << 178));
    }

    function client(OfferTerms terms) internal pure returns (address) {
        return address(uint160(OfferTerms.unwrap(terms)));
    }

    function notice(OfferTerms terms) internal pure returns (uint256) {
        return (OfferTerms.unwrap(terms) >> 160) & 0x1ff;
    }

    function maxMisses(OfferTerms terms) internal pure returns (uint256) {
        return (OfferTerms.unwrap(terms) >> 169) & 0x1ff;
    }

    /// @notice Low 78 bits of the manifest's hash, at the first deal of the call; zero elsewhere.
    function manifestTag(OfferTerms terms) internal pure returns (uint80) {
        return uint80(OfferTerms.unwrap(terms) >> 178);
    }
}
