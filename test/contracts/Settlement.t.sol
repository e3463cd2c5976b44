// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms, DealTermsLibrary, OfferTerms, OfferTermsLibrary} from "../../contracts/libraries/DealTerms.sol";
import {PeriodBits} from "../../contracts/libraries/PeriodBits.sol";
import {Settlement} from "../../contracts/libraries/Settlement.sol";

/// @notice Settling late gives what settling at every boundary gives, and all money is accounted for.
contract SettlementTest {
    using PeriodBits for mapping(uint256 word => uint256);

    mapping(uint256 word => uint256) private bits;
    mapping(uint256 headDeal => OfferTerms) private offers;

    struct Sums {
        uint256 earned;
        uint256 refund;
        uint256 unlocked;
        bool closed;
    }

    struct Case {
        uint256 start;
        uint256 term;
        uint256 maxMisses;
        uint80 rate;
        uint24 slashFactor;
    }

    function testFuzz_LazyEqualsEager(
        uint256[3] calldata words,
        Case memory c,
        uint16 stop,
        uint16[8] calldata visits
    ) public {
        _bound(c);
        _offer(c.maxMisses);
        // Histories of an honest provider are mostly ones; let half of the runs be such.
        for (uint256 i = 0; i < 3; ++i) {
            bits[i] = stop % 2 == 0 ? words[i] : ~(words[i] & (words[i] >> 1) & (words[i] >> 3) & (words[i] >> 7));
        }
        uint32 last = uint32(c.start + (stop % (c.term + 3)));

        uint32[] memory once = new uint32[](1);
        once[0] = last;
        uint32[] memory often = new uint32[](9);
        for (uint256 i = 0; i < 8; ++i) {
            often[i] = uint32(c.start + (visits[i] % (last - c.start + 1)));
        }
        often[8] = last;
        _sort(often);

        Sums memory lazy = _settle(c, once);
        Sums memory eager = _settle(c, often);
        assert(lazy.earned == eager.earned);
        assert(lazy.refund == eager.refund);
        assert(lazy.unlocked == eager.unlocked);
        assert(lazy.closed == eager.closed);
        if (lazy.closed) {
            uint256 collateral = uint256(c.rate) * c.slashFactor * (c.maxMisses + 1);
            assert(lazy.earned + lazy.refund + lazy.unlocked == c.rate * c.term + collateral);
        }
    }

    /// @dev All of them: terms up to 4, misses up to 2, each history, abandoned in each period or never, settled at each set of
    /// boundaries. They lie across two words of the bits.
    function test_EveryShortHistoryIsTheSameHoweverOftenItIsSettled() public {
        Case memory c = Case({start: 254, term: 1, maxMisses: 0, rate: 7, slashFactor: 5});
        for (; c.term <= 4; ++c.term) {
            for (uint256 history = 0; history < 2 ** c.term; ++history) {
                (bits[0], bits[1]) = (history << 254, history >> 2);
                for (c.maxMisses = 0; c.maxMisses < 3 && c.maxMisses < c.term; ++c.maxMisses) {
                    _offer(c.maxMisses);
                    for (uint256 abandonedAt = 0; abandonedAt <= c.term; ++abandonedAt) {
                        _checkAllVisits(c, abandonedAt);
                    }
                }
            }
        }
    }

    function _checkAllVisits(Case memory c, uint256 abandonedAt) private view {
        Sums memory lazy = _abandon(c, abandonedAt, 0);
        assert(lazy.closed);
        uint256 collateral = uint256(c.rate) * c.slashFactor * (c.maxMisses + 1);
        assert(lazy.earned + lazy.refund + lazy.unlocked == c.rate * c.term + collateral);
        for (uint256 visits = 1; visits < 2 ** c.term; ++visits) {
            Sums memory eager = _abandon(c, abandonedAt, visits);
            assert(keccak256(abi.encode(lazy)) == keccak256(abi.encode(eager)));
        }
    }

    /// @dev Settles in the periods of `visits`, in that of an abandoning (counted from 0; the term for never), and at the end.
    function _abandon(Case memory c, uint256 abandonedAt, uint256 visits) private view returns (Sums memory sums) {
        DealTerms terms = DealTermsLibrary.pack(c.start, c.term, 1, c.rate, c.slashFactor, 1, 0);
        for (uint256 i = 0; i <= c.term; ++i) {
            uint32 current = uint32(c.start + i);
            if (i == c.term || i == abandonedAt || (visits >> i) & 1 != 0) terms = _settle(terms, current, sums);
            if (i != abandonedAt || terms.closed()) continue;
            sums.refund += terms.slash() * (c.maxMisses + 1 - terms.missed());
            sums.refund += uint256(c.rate) * (terms.end() - current - 1);
            terms = terms.withEnd(current + 1).withForfeited();
        }
        sums.closed = terms.closed();
    }

    function testFuzz_EarnsExactlyTheProvenPeriodsBeforeADefault(uint256[3] calldata words, Case memory c) public {
        _bound(c);
        _offer(c.maxMisses);
        for (uint256 i = 0; i < 3; ++i) {
            bits[i] = words[i];
        }
        uint256 earned = 0;
        uint256 misses = 0;
        for (uint256 p = c.start; p < c.start + c.term && misses <= c.maxMisses; ++p) {
            if (bits.isSet(p)) earned += c.rate;
            else ++misses;
        }
        uint32[] memory end = new uint32[](1);
        end[0] = uint32(c.start + c.term);
        assert(_settle(c, end).earned == earned);
    }

    function testFuzz_TermsKeepEachField(
        Case memory c,
        uint64 size,
        uint32 provider,
        uint16 toHead,
        uint16 settled
    ) public pure {
        (c.start, c.term) = (c.start % (2 ** 32 - 511), 1 + (c.term % 511));
        (c.maxMisses, size, toHead) = (c.maxMisses % 512, size % 2 ** 44, toHead % 2 ** 12);
        DealTerms terms = DealTermsLibrary.pack(c.start, c.term, size, c.rate, c.slashFactor, provider, toHead);
        uint32 upTo = uint32(c.start + (settled % (c.term + 1)));
        terms = terms.withSettled(upTo, c.maxMisses).withClosed().withForfeited().withEnd(upTo);
        assert(terms.start() == c.start && terms.end() == upTo && terms.settledUpTo() == upTo);
        assert(terms.missed() == c.maxMisses && terms.size() == size && terms.provider() == provider);
        assert(terms.rate() == c.rate && terms.slashFactor() == c.slashFactor && terms.toHead() == toHead);
        assert(terms.closed() && terms.forfeited());
    }

    /// @dev Settles at each of the given periods, as the market does.
    function _settle(Case memory c, uint32[] memory times) private view returns (Sums memory sums) {
        DealTerms terms = DealTermsLibrary.pack(c.start, c.term, 1, c.rate, c.slashFactor, 1, 0);
        for (uint256 i = 0; i < times.length; ++i) {
            terms = _settle(terms, times[i], sums);
        }
        sums.closed = terms.closed();
    }

    function _settle(DealTerms terms, uint32 current, Sums memory sums) private view returns (DealTerms) {
        Settlement.Outcome memory due = Settlement.outcome(terms, offers, 1, bits, current, 0);
        sums.earned += due.earned;
        sums.refund += due.refund + due.compensation;
        sums.unlocked += due.unlocked;
        if (!due.changed) return terms;
        terms = terms.withSettled(due.upTo, due.misses);
        if (due.defaultedAt != 0) terms = terms.withForfeited();
        return due.closed ? terms.withClosed() : terms;
    }

    function _offer(uint256 maxMisses) private {
        offers[1] = OfferTermsLibrary.pack(address(1), 0, maxMisses);
    }

    function _bound(Case memory c) private pure {
        c.start = 1 + (c.start % 300);
        c.term = 1 + (c.term % 366);
        c.maxMisses = c.maxMisses % (c.term < 30 ? c.term : 30);
        if (c.rate == 0) c.rate = 1;
    }

    function _sort(uint32[] memory values) private pure {
        for (uint256 i = 1; i < values.length; ++i) {
            for (uint256 j = i; j > 0 && values[j - 1] > values[j]; --j) {
                (values[j - 1], values[j]) = (values[j], values[j - 1]);
            }
        }
    }
}
