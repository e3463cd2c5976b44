// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms, DealTermsLibrary} from "../../contracts/libraries/DealTerms.sol";
import {Settlement} from "../../contracts/libraries/Settlement.sol";

/// @notice What closed periods pay: for every rate and every slash factor, which stay symbolic. Terms of up to 3 periods, which lie
/// across the boundary of two words of history; of those every history, every number of tolerated misses and every moment, one by
/// one, without a challenge. Overflow is outside: the widths (80 + 24 bits, 511 periods) keep every product far below 2^256.
/// @custom:halmos --panic-error-codes 0x01
contract SettlementCheck {
    /// @dev The last period of the first word.
    uint32 private constant START = 255;

    mapping(uint256 word => uint256) private bits;

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
                    assert(_outcome(terms, maxMisses, elapsed).earned <= rate * proven);
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

    function _assertConserved(uint80 rate, uint24 slashFactor, uint256 term) private {
        uint256 slash = uint256(rate) * slashFactor;
        for (uint256 history = 0; history < 1 << term; ++history) {
            _record(history);
            for (uint256 maxMisses = 0; maxMisses < term; ++maxMisses) {
                for (uint32 elapsed = 0; elapsed <= term + 1; ++elapsed) {
                    DealTerms terms = _open(rate, slashFactor, term);
                    Settlement.Outcome memory due = _outcome(terms, maxMisses, elapsed);
                    uint256 paid = due.earned + due.refund + due.compensation + due.unlocked;
                    uint256 escrow = due.closed ? 0 : uint256(rate) * (terms.end() - due.upTo);
                    uint256 collateral = due.closed ? 0 : slash * (maxMisses + 1 - due.misses);
                    assert(paid + escrow + collateral == rate * term + slash * (maxMisses + 1));
                }
            }
        }
    }

    function _assertLazyIsEager(DealTerms terms, uint256 maxMisses, uint32 first, uint32 last) private view {
        Settlement.Outcome memory once = _outcome(terms, maxMisses, last);
        Settlement.Outcome memory early = _outcome(terms, maxMisses, first);
        terms = terms.withSettled(early.upTo, early.misses);
        if (early.defaultedAt != 0) terms = terms.withForfeited();
        if (early.closed) terms = terms.withClosed();
        Settlement.Outcome memory late = _outcome(terms, maxMisses, last);
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
        uint32 elapsed
    ) private view returns (Settlement.Outcome memory) {
        return Settlement.outcome(terms, maxMisses, bits, START + elapsed, 0);
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
