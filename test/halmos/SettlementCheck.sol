// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms, DealTermsLibrary, OfferTerms, OfferTermsLibrary} from "../../contracts/libraries/DealTerms.sol";
import {Settlement} from "../../contracts/libraries/Settlement.sol";

/// @notice What closed periods pay: for every rate and every slash factor, which stay symbolic. Terms of up to 3 periods, which lie
/// across the boundary of two words of history; of those every history, every number of tolerated misses and every moment, one by
/// one. Overflow is outside, here as in the settlement: the widths (80 + 24 bits, 511 periods) keep every product far below 2^256.
/// @custom:halmos --panic-error-codes 0x01
contract SettlementCheck {
    /// @dev The last period of the first word.
    uint32 private constant START = 255;

    uint256 private constant HEAD = 1;

    mapping(uint256 word => uint256) private bits;
    mapping(uint256 headDeal => OfferTerms) private offers;

    function check_EveryUnitIsPaidOrHeldTerm1(uint80 rate, uint24 slashFactor) external {
        _assertConserved(rate, slashFactor, 1);
    }

    function check_EveryUnitIsPaidOrHeldTerm2(uint80 rate, uint24 slashFactor) external {
        _assertConserved(rate, slashFactor, 2);
    }

    function check_EveryUnitIsPaidOrHeldTerm3(uint80 rate, uint24 slashFactor) external {
        _assertConserved(rate, slashFactor, 3);
    }

    /// @notice For terms of 2 periods.
    function check_ThePayeeEarnsAtMostTheProvenPeriods(uint80 rate, uint24 slashFactor) external {
        for (uint256 history = 0; history < 4; ++history) {
            _record(history);
            for (uint256 maxMisses = 0; maxMisses < 2; ++maxMisses) {
                DealTerms terms = _open(rate, slashFactor, 2);
                uint256 proven = 0;
                for (uint32 elapsed = 0; elapsed <= 3; ++elapsed) {
                    assert(_outcome(terms, maxMisses, elapsed, 0).earned <= rate * proven);
                    proven += (history >> elapsed) & 1;
                }
            }
        }
    }

    /// @notice Settling at any moment and again at any later one gives the same as settling once, then. For terms of 2 periods.
    function check_SettlingTwiceIsSettlingOnce(uint80 rate, uint24 slashFactor) external {
        for (uint256 history = 0; history < 4; ++history) {
            _record(history);
            for (uint256 maxMisses = 0; maxMisses < 2; ++maxMisses) {
                for (uint32 last = 1; last <= 3; ++last) {
                    for (uint32 first = 1; first <= last; ++first) {
                        _assertLazyIsEager(_open(rate, slashFactor, 2), maxMisses, first, last);
                    }
                }
            }
        }
    }

    /// @notice Of a deal of 3 periods, settled up to any one, with any misses: nothing moves while the challenge can be answered; then
    /// all that is left of price and collateral is the client's.
    function check_AChallengeHoldsAllOrGivesAllToTheClient(uint80 rate, uint24 slashFactor) external {
        uint256 slash = uint256(rate) * slashFactor;
        for (uint32 since = 0; since < 3; ++since) {
            for (uint256 maxMisses = 0; maxMisses < 3; ++maxMisses) {
                for (uint256 misses = 0; misses <= since && misses <= maxMisses; ++misses) {
                    DealTerms terms = _open(rate, slashFactor, 3).withSettled(START + since, misses);
                    for (uint32 later = 1; later <= 5; ++later) {
                        Settlement.Outcome memory due = _outcome(terms, maxMisses, since + later, START + since);
                        bool over = later > 2 && later > maxMisses + 1;
                        assert(due.changed == over && due.closed == over && due.earned == 0 && due.unlocked == 0);
                        assert(due.refund == (over ? rate * (3 - since) : 0));
                        assert(due.compensation == (over ? slash * (maxMisses + 1 - misses) : 0));
                    }
                }
            }
        }
    }

    function _assertConserved(uint80 rate, uint24 slashFactor, uint256 term) private {
        uint256 slash = uint256(rate) * slashFactor;
        for (uint256 history = 0; history < 1 << term; ++history) {
            _record(history);
            for (uint256 maxMisses = 0; maxMisses < term; ++maxMisses) {
                for (uint32 elapsed = 0; elapsed <= term + 1; ++elapsed) {
                    DealTerms terms = _open(rate, slashFactor, term);
                    Settlement.Outcome memory due = _outcome(terms, maxMisses, elapsed, 0);
                    uint256 paid = due.earned + due.refund + due.compensation + due.unlocked;
                    uint256 escrow = due.closed ? 0 : uint256(rate) * (terms.end() - due.upTo);
                    uint256 collateral = due.closed ? 0 : slash * (maxMisses + 1 - due.misses);
                    assert(paid + escrow + collateral == rate * term + slash * (maxMisses + 1));
                }
            }
        }
    }

    function _assertLazyIsEager(DealTerms terms, uint256 maxMisses, uint32 first, uint32 last) private {
        Settlement.Outcome memory once = _outcome(terms, maxMisses, last, 0);
        Settlement.Outcome memory early = _outcome(terms, maxMisses, first, 0);
        terms = terms.withSettled(early.upTo, early.misses);
        if (early.defaultedAt != 0) terms = terms.withForfeited();
        if (early.closed) terms = terms.withClosed();
        Settlement.Outcome memory late = _outcome(terms, maxMisses, last, 0);
        assert(once.earned == early.earned + late.earned);
        assert(once.refund == early.refund + late.refund);
        assert(once.compensation == early.compensation + late.compensation);
        assert(once.unlocked == early.unlocked + late.unlocked);
        assert(once.closed == late.closed && once.upTo == late.upTo && once.misses == late.misses);
        assert(once.defaultedAt == early.defaultedAt + late.defaultedAt);
    }

    function _outcome(
        DealTerms terms,
        uint256 maxMisses,
        uint32 elapsed,
        uint32 challengedAt
    ) private returns (Settlement.Outcome memory) {
        offers[HEAD] = OfferTermsLibrary.pack(address(0), 0, maxMisses);
        return Settlement.outcome(terms, offers, HEAD, bits, START + elapsed, challengedAt);
    }

    /// @dev The first period is the last bit of its word, the others are in the next one.
    function _record(uint256 history) private {
        bits[0] = (history & 1) << 255;
        bits[1] = history >> 1;
    }

    function _open(uint80 rate, uint24 slashFactor, uint256 term) private pure returns (DealTerms) {
        return
            DealTermsLibrary.pack({
                start_: START,
                term_: term,
                size_: 1,
                rate_: rate,
                slashFactor_: slashFactor,
                provider_: 1,
                toHead_: 0
            });
    }
}
