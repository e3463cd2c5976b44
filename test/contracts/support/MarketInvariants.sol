// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {DealTerms} from "../../../contracts/libraries/DealTerms.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Acts} from "./Acts.sol";
import {LedgerOfEvents} from "./LedgerOfEvents.sol";
import {Stored} from "./Stored.sol";
import {vm} from "./Vm.sol";

/// @notice What holds after any history; each line of docs/invariants.md is one of these. They compare three things: the market's
/// state, the books that are kept from its events, and what the watch around each act has seen.
abstract contract MarketInvariants {
    Acts internal handler;
    IStorageMarket internal market;
    IERC20 internal token;
    address[] internal accounts;

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function _watch(Acts handler_) internal {
        handler = handler_;
        market = handler.market();
        token = handler.token();
        accounts = handler.accountList();
    }

    /* MONEY */

    function invariant_TokensCoverWhatIsOwedExactly() public view {
        uint256 owed = handler.bonds() + handler.donated();
        for (uint256 i = 0; i < accounts.length; ++i) {
            owed += market.balanceOf(accounts[i]);
        }
        for (uint32 id = market.providerCount(); id != 0; --id) {
            owed += market.providerOf(id).free;
        }
        for (uint32 id = market.dealCount(); id != 0; --id) {
            owed += _held(market.dealOf(id));
        }
        assert(token.balanceOf(address(market)) == owed);
    }

    function invariant_NoTokenIsLostOrMade() public view {
        uint256 all = token.balanceOf(address(market));
        for (uint256 i = 0; i < accounts.length; ++i) {
            all += token.balanceOf(accounts[i]);
        }
        assert(all == handler.supply() && token.totalSupply() == all);
    }

    function invariant_EachDealConservesItsMoney() public view {
        for (uint32 id = market.dealCount(); id != 0; --id) {
            LedgerOfEvents.Books memory books = handler.booksOf(id);
            uint256 gone = books.paid + books.refunded + books.compensated + books.unlocked;
            assert(books.price + books.collateral == gone + _held(market.dealOf(id)));
        }
    }

    function invariant_ABitIsPaidOnceAndNothingElseIs() public view {
        for (uint32 id = market.dealCount(); id != 0; --id) {
            LedgerOfEvents.Books memory books = handler.booksOf(id);
            (uint256 bits, ) = _history(id, books);
            assert(books.paid == books.rate * bits);
        }
    }

    function invariant_AMissIsSlashedOnceAndNothingElseIs() public view {
        for (uint32 id = market.dealCount(); id != 0; --id) {
            LedgerOfEvents.Books memory books = handler.booksOf(id);
            (, uint256 misses) = _history(id, books);
            bool allOfIt = books.abandoned || books.unanswered;
            assert(books.compensated == (allOfIt ? books.collateral : books.slash * misses));
        }
    }

    function invariant_ADefaultHasACause() public view {
        assert(!handler.broken("slash"));
        for (uint32 id = market.dealCount(); id != 0; --id) {
            if (!Stored.terms(market, id).forfeited()) continue;
            LedgerOfEvents.Books memory books = handler.booksOf(id);
            (, uint256 misses) = _history(id, books);
            assert(books.abandoned || books.unanswered || misses == uint256(books.maxMisses) + 1);
        }
    }

    function invariant_EventsTellEachBalance() public view {
        for (uint256 i = 0; i < accounts.length; ++i) {
            assert(market.balanceOf(accounts[i]) == handler.balance(accounts[i]));
        }
    }

    function invariant_EventsTellEachFreeStake() public view {
        for (uint32 id = market.providerCount(); id != 0; --id) {
            assert(market.providerOf(id).free == handler.free(id));
        }
    }

    function invariant_NoMoreIsLockedInAPeriodThanAllowed() public view {
        assert(!handler.broken("budget"));
    }

    function invariant_DealOfShowsWhatSettlingDoes() public view {
        assert(!handler.broken("shown"));
    }

    /* TIME */

    function invariant_NoActChangesWhatIsLiveInItsPeriod() public view {
        assert(!handler.broken("live"));
    }

    function invariant_APeriodIsProvenOnceAndInItsTime() public view {
        assert(!handler.broken("bits"));
        uint32 current = market.period();
        for (uint32 id = market.providerCount(); id != 0; --id) {
            for (uint256 p = current < 250 ? 240 : current - 10; p <= current + 1; ++p) {
                bool bit = (market.provenWord(id, p >> 8) >> (p & 0xff)) & 1 != 0;
                assert(bit == handler.proven(id, p));
            }
        }
    }

    function invariant_SettledPeriodsAndMissesOnlyGrow() public view {
        assert(!handler.broken("settled"));
    }

    function invariant_EndsOnlyFall() public view {
        assert(!handler.broken("end"));
    }

    function invariant_IdsAreNeverTakenBack() public view {
        assert(!handler.broken("counts"));
    }

    function invariant_NoncesAreNeverFreeAgain() public view {
        assert(!handler.broken("nonces"));
    }

    function invariant_VersionsOnlyGrow() public view {
        assert(!handler.broken("versions"));
    }

    function invariant_ClosedIsForEverAndPaysNothing() public view {
        assert(!handler.broken("closed"));
        for (uint32 id = market.dealCount(); id != 0; --id) {
            DealTerms terms = Stored.terms(market, id);
            assert(terms.closed() == handler.booksOf(id).closed);
            if (terms.closed()) assert(_held(market.dealOf(id)) == 0);
        }
    }

    function invariant_ForfeitedIsForEver() public view {
        assert(!handler.broken("forfeited"));
    }

    /* LISTS */

    function invariant_AListHasEachDealOnceAndItsOwnAlone() public view {
        for (uint32 id = market.providerCount(); id != 0; --id) {
            uint32[] memory list = Stored.list(market, id, market.providerOf(id).listed);
            uint256 seen = 0;
            for (uint256 i = 0; i < list.length; ++i) {
                assert(list[i] != 0 && list[i] <= market.dealCount() && (seen >> list[i]) & 1 == 0);
                assert(Stored.terms(market, list[i]).provider() == id);
                seen |= 1 << list[i];
            }
        }
    }

    function invariant_WhatIsLiveOrToComeIsListed() public view {
        uint256 listed = 0;
        for (uint32 id = market.providerCount(); id != 0; --id) {
            uint32[] memory list = Stored.list(market, id, market.providerOf(id).listed);
            for (uint256 i = 0; i < list.length; ++i) {
                listed |= 1 << list[i];
            }
        }
        uint32 current = market.period();
        for (uint32 id = market.dealCount(); id != 0; --id) {
            DealTerms terms = Stored.terms(market, id);
            bool over = terms.end() <= current + 1 || terms.end() == terms.start();
            assert(over || (listed >> id) & 1 != 0);
        }
    }

    function invariant_NoMoreIsDrawnFromThanListed() public view {
        for (uint32 id = market.providerCount(); id != 0; --id) {
            IMarketState.Provider memory provider = market.providerOf(id);
            assert(provider.frozen <= provider.listed);
        }
    }

    /* CHALLENGES */

    function invariant_AChallengeHoldsTheDealWhereItWas() public view {
        for (uint32 id = market.dealCount(); id != 0; --id) {
            DealTerms terms = Stored.terms(market, id);
            if (!terms.challenged()) continue;
            assert(terms.settledUpTo() == handler.booksOf(id).challengedAt && !terms.closed() && !terms.forfeited());
            IMarketState.Deal memory deal = market.dealOf(id);
            uint256 left = uint256(deal.rate) * (deal.end - deal.settledUpTo);
            assert(_held(deal) == left + uint256(deal.slash) * (deal.maxMisses + 1 - deal.missed));
        }
    }

    function invariant_ADealHasOneChallengeAndItsBond() public view {
        assert(!handler.broken("challenge"));
        uint256 open = 0;
        for (uint32 id = market.dealCount(); id != 0; --id) {
            bool challenged = Stored.terms(market, id).challenged();
            assert(challenged == (handler.booksOf(id).challengedAt != 0));
            if (challenged) ++open;
        }
        assert(handler.bonds() == open * handler.BOND());
    }

    /* RIGHTS */

    function invariant_SignedTermsNeverChange() public view {
        for (uint32 id = market.dealCount(); id != 0; --id) {
            assert(handler.termsUnchanged(id));
        }
    }

    function invariant_NobodyIsBoundByWhatWasNotSigned() public view {
        assert(market.dealCount() == handler.signedDeals());
    }

    function invariant_ClaimsMoveByTheirHoldersAlone() public view {
        assert(!handler.broken("rights"));
        for (uint32 id = market.dealCount(); id != 0; --id) {
            LedgerOfEvents.Books memory books = handler.booksOf(id);
            IMarketState.Deal memory deal = market.dealOf(id);
            assert(deal.client == books.client);
            assert(deal.payee == (books.payee == address(0) ? handler.beneficiaryOf(books.provider) : books.payee));
        }
    }

    function invariant_NoStrangerTakesAnything() public view {
        assert(!handler.broken("stranger"));
    }

    function _checkAll() internal view {
        invariant_TokensCoverWhatIsOwedExactly();
        invariant_NoTokenIsLostOrMade();
        invariant_EachDealConservesItsMoney();
        invariant_ABitIsPaidOnceAndNothingElseIs();
        invariant_AMissIsSlashedOnceAndNothingElseIs();
        invariant_ADefaultHasACause();
        invariant_EventsTellEachBalance();
        invariant_EventsTellEachFreeStake();
        invariant_NoMoreIsLockedInAPeriodThanAllowed();
        invariant_DealOfShowsWhatSettlingDoes();
        invariant_NoActChangesWhatIsLiveInItsPeriod();
        invariant_APeriodIsProvenOnceAndInItsTime();
        invariant_SettledPeriodsAndMissesOnlyGrow();
        invariant_EndsOnlyFall();
        invariant_IdsAreNeverTakenBack();
        invariant_NoncesAreNeverFreeAgain();
        invariant_VersionsOnlyGrow();
        invariant_ClosedIsForEverAndPaysNothing();
        invariant_ForfeitedIsForEver();
        invariant_AListHasEachDealOnceAndItsOwnAlone();
        invariant_WhatIsLiveOrToComeIsListed();
        invariant_NoMoreIsDrawnFromThanListed();
        invariant_AChallengeHoldsTheDealWhereItWas();
        invariant_ADealHasOneChallengeAndItsBond();
        invariant_SignedTermsNeverChange();
        invariant_NobodyIsBoundByWhatWasNotSigned();
        invariant_ClaimsMoveByTheirHoldersAlone();
        invariant_NoStrangerTakesAnything();
    }

    /* EXIT */

    /// @dev Time passes, anybody settles, each takes what is its own, and nothing is left. Runs at the end of each history.
    function afterInvariant() public {
        vm.warp(handler.time() + 6_000);
        for (uint32 id = market.dealCount(); id != 0; --id) {
            uint32[] memory ids = new uint32[](1);
            ids[0] = id;
            market.settle(ids);
        }
        for (uint32 id = market.providerCount(); id != 0; --id) {
            IMarketState.Provider memory provider = market.providerOf(id);
            vm.prank(provider.owner);
            market.unstake(id, provider.free);
        }
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 balance = market.balanceOf(accounts[i]);
            vm.prank(accounts[i]);
            market.withdraw(address(0xdead), balance);
        }
        assert(token.balanceOf(address(market)) == handler.donated());
    }

    /* PRIVATE */

    function _held(IMarketState.Deal memory deal) private pure returns (uint256) {
        return deal.earned + deal.refund + deal.compensation + deal.unlocked + deal.escrow + deal.collateral;
    }

    /// @dev Proven and missed periods among those that are settled, by the books.
    function _history(
        uint32 id,
        LedgerOfEvents.Books memory books
    ) private view returns (uint256 bits, uint256 misses) {
        uint256 upTo = Stored.terms(market, id).settledUpTo();
        for (uint256 p = books.start; p < upTo; ++p) {
            if (handler.proven(books.provider, p)) ++bits;
            else ++misses;
        }
    }
}
